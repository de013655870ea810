/**
 * Finds the place of the line's own stamps on the call's clock.
 *
 * Stamps are even but begin anywhere; arrivals are on our clock but never even. No frame arrives before it was
 * spoken, so the one that took the shortest way tells how the two clocks lie: the quickest of the last seconds,
 * because clocks of two machines drift apart by a few milliseconds a minute.
 */
export class LineClock {
  #quickest = Number.POSITIVE_INFINITY;
  #quickestBefore = Number.POSITIVE_INFINITY;
  #sinceMs = 0;

  /** When, on the call's clock, this was spoken. */
  callMs(lineMs: number, arrivedMs: number): number {
    const behindMs = arrivedMs - lineMs;
    if (Math.abs(behindMs - this.#behindMs()) > OTHER_CLOCK_MS) this.#begin(behindMs, arrivedMs);
    if (arrivedMs - this.#sinceMs > WINDOW_MS) {
      this.#quickestBefore = this.#quickest;
      this.#quickest = Number.POSITIVE_INFINITY;
      this.#sinceMs = arrivedMs;
    }
    this.#quickest = Math.min(this.#quickest, behindMs);
    return lineMs + this.#behindMs();
  }

  #behindMs(): number {
    return Math.min(this.#quickest, this.#quickestBefore);
  }

  #begin(behindMs: number, arrivedMs: number): void {
    this.#quickest = behindMs;
    this.#quickestBefore = Number.POSITIVE_INFINITY;
    this.#sinceMs = arrivedMs;
  }
}

const WINDOW_MS = 10_000;

/** No network is that late: the line has begun to count anew, or left something out. */
const OTHER_CLOCK_MS = 1_000;

/**
 * Tells from marks how much later than it was sent the phone began to play a stretch of sound.
 *
 * A mark comes back when the sound before it was heard, on the way that the caller's frames take: where it arrives
 * among them is where that sound belongs. Marks are held up now and then, and never come early; and a stretch is
 * played without a gap. So the quickest mark of it places all of it. What was sent to a phone that had nothing to
 * play comes back without being played: where that is much quicker, it is the marks that are slow, all of them.
 */
export class MarkEchoes {
  readonly #dueMs = new Map<string, number>();
  #beganMs = Number.NEGATIVE_INFINITY;
  /** As the mark beside its beginning has it, whose sound may have come a little after it; … */
  #cameLateMs: number | null = null;
  /** … and as those behind its sound have it. */
  #playedLateMs: number | null = null;
  /** How late the stretch before this one was; until there is one, nothing is known of the line. */
  #lateBeforeMs = 0;

  /** How late the stretch was that is being played; until it is known, as late as the one before. */
  get lateMs(): number {
    const [came, played] = [this.#cameLateMs, this.#playedLateMs];
    if (came !== null && played !== null) return played - came > MARKS_ARE_SLOW_MS ? came : played;
    return played ?? came ?? this.#lateBeforeMs;
  }

  /** When the caller began to hear it. */
  get heardFromMs(): number {
    return this.#beganMs + this.lateMs;
  }

  /** Sound is sent to a phone that has played all it had. */
  begin(atMs: number): void {
    this.#lateBeforeMs = this.lateMs;
    this.#cameLateMs = null;
    this.#playedLateMs = null;
    this.#beganMs = atMs;
  }

  marked(name: string, dueMs: number): void {
    this.#dueMs.set(name, dueMs);
    const oldest = this.#dueMs.keys().next().value;
    if (this.#dueMs.size > MOST_MARKS && oldest !== undefined) this.#dueMs.delete(oldest);
  }

  returned(name: string, atMs: number): void {
    const dueMs = this.#dueMs.get(name);
    this.#dueMs.delete(name);
    if (dueMs === undefined || dueMs < this.#beganMs) return; // cleared, or of a stretch that is over
    const lateMs = atMs - dueMs;
    if (dueMs === this.#beganMs) this.#cameLateMs = Math.min(this.#cameLateMs ?? lateMs, lateMs);
    else this.#playedLateMs = Math.min(this.#playedLateMs ?? lateMs, lateMs);
  }

  /** The marks that wait come back at once now, and say nothing. */
  cleared(): void {
    this.#dueMs.clear();
  }
}

/** What a phone still has to play of the stretch before, and what a busy machine is late by, is less than that. */
const MARKS_ARE_SLOW_MS = 150;

/** More than a phone that reads and answers can owe us. */
const MOST_MARKS = 200;

/** A stretch of samples, the last one not included. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Knows which parts of a call must not be kept, also when their sound comes late. */
export class Pauses {
  #since: number | null = 0;
  readonly #past: Span[] = [];

  pause(position: number): void {
    this.#since = this.#since === null ? position : Math.min(this.#since, position);
  }

  resume(position: number): void {
    if (this.#since === null) return;
    this.#past.push({ from: this.#since, until: Math.max(this.#since, position) });
    this.#since = null;
    if (this.#past.length > MOST_PAST) this.#past.shift();
  }

  /** What of a stretch may be kept. */
  allowed(span: Span): readonly Span[] {
    if (this.#since === null && (this.#past.at(-1)?.until ?? 0) <= span.from) return [span];
    const closed = this.#since === null ? [] : [{ from: this.#since, until: Number.POSITIVE_INFINITY }];
    return [...this.#past, ...closed].reduce<readonly Span[]>(
      (spans, pause) => spans.flatMap((left) => without(left, pause)),
      [span],
    );
  }
}

function without(span: Span, gap: Span): readonly Span[] {
  if (gap.until <= span.from || gap.from >= span.until) return [span];
  const before = { from: span.from, until: gap.from };
  const after = { from: gap.until, until: span.until };
  return [before, after].filter(({ from, until }) => from < until);
}

/** Sound is seconds late at most; pauses are minutes apart. */
const MOST_PAST = 16;
