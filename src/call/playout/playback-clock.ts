import { LONGEST_JOURNEY_MS } from './arrivals.ts';

/**
 * Knows how much of what we sent the caller has heard.
 *
 * We keep the phone's play-out buffer in our head: it starts to play when sound
 * reaches it empty, plays one second per second, and plays in order. As every
 * message to the phone takes the same way, sound and `clear` alike, the time we
 * send at is as good as the time it arrives at: "heard by now" is what the phone
 * will have played when a `clear` sent now reaches it.
 *
 * What comes back keeps the picture honest. A mark that is early proves the phone to be ahead of us; one that is
 * late may have had a long way back, and proves nothing before it is later than any way is long. But sound that
 * reached the phone late, when it had run dry, was heard that much later, and so was all that followed.
 *
 * Times passed in are milliseconds on one clock; positions are milliseconds of
 * sound since the call began, with what was cleared taken out again.
 */
export class PlaybackClock {
  #sentMs = 0;
  #endsAt = Number.NEGATIVE_INFINITY;
  /** When the sound that was sent last was sent, and when the phone comes to it; null if a ping is behind it already. */
  #last: Chunk | null = null;
  #quickestEchoMs: number | null = null;
  #givesMarksBack = true;
  readonly #marks = new Map<string, Mark>();
  /** The sound that pings were sent behind. */
  readonly #chunks = new Map<string, Chunk>();

  /** How much later than it was due the quickest mark came back; null before the first. */
  get quickestEchoMs(): number | null {
    return this.#quickestEchoMs;
  }

  /** Nothing has come back yet from a line that will give marks back, for all we know. */
  get isUntried(): boolean {
    return this.#givesMarksBack && this.#quickestEchoMs === null;
  }

  /** How much sound was sent, in all. */
  get sentMs(): number {
    return this.#sentMs;
  }

  sent(ms: number, now: number): void {
    if (this.#endsAt < now) this.#chunks.clear(); // a new stretch: how late the last one was is all the same to it
    const neededAt = Math.max(this.#endsAt, now);
    this.#last = { sentAt: now, neededAt };
    this.#endsAt = neededAt + ms;
    this.#sentMs += ms;
  }

  /** Gives the time at which the phone comes to it, as far as we know. */
  marked(name: string, now: number): number {
    const dueAt = Math.max(this.#endsAt, now);
    put(this.#marks, name, { positionMs: this.#sentMs, markedAt: now, dueAt });
    return dueAt;
  }

  /** What was sent with it; null for a mark that was cleared, or never ours: that says nothing about hearing. */
  markReturned(name: string, now: number): Mark | null {
    const mark = this.#marks.get(name);
    if (mark === undefined) return null;
    this.#forgetUntil(name);
    this.#givesMarksBack = true;

    const lateMs = now - mark.dueAt;
    if (lateMs < 0) this.#shift(lateMs);
    else {
      this.#quickestEchoMs = Math.min(this.#quickestEchoMs ?? lateMs, lateMs);
      const stalledMs = lateMs - this.#quickestEchoMs;
      if (stalledMs > LONGEST_JOURNEY_MS) this.#shift(stalledMs);
    }
    return mark;
  }

  /** There is a ping behind the sound that was sent last. Gives the time from which the phone lacks that sound. */
  pinged(name: string, now: number): number {
    const lacksFrom = this.#last?.neededAt ?? Math.max(this.#endsAt, now);
    if (this.#last) put(this.#chunks, name, this.#last);
    this.#last = null;
    return lacksFrom;
  }

  /** That ping took so much longer than usual to reach the phone. */
  arrived(name: string, lateMs: number): void {
    const chunk = this.#chunks.get(name);
    this.#chunks.delete(name);
    if (!chunk) return;
    const ranDryMs = chunk.sentAt + lateMs - chunk.neededAt;
    const leastMs = chunk.neededAt > chunk.sentAt ? LEAST_DRY_MS : LEAST_LATE_MS;
    if (ranDryMs > leastMs) this.#shift(ranDryMs);
  }

  /** How much sound waits at the phone, unheard. */
  leadMs(now: number): number {
    return Math.max(0, this.#endsAt - now);
  }

  heardMs(now: number): number {
    return this.#sentMs - this.leadMs(now);
  }

  /** When the phone came, or will come, to this position: as long as it plays without a pause. */
  heardAt(positionMs: number): number {
    return this.#endsAt - (this.#sentMs - positionMs);
  }

  /** How long the phone has owed us a mark, beyond what the quickest has taken. */
  overdueMs(now: number): number {
    const [oldest] = this.#marks.values();
    if (oldest === undefined || !this.#givesMarksBack) return 0;
    return Math.max(0, now - oldest.dueAt - (this.#quickestEchoMs ?? 0));
  }

  /** The phone has not come past this, if the marks it owes us are to be believed. */
  get owedFromMs(): number {
    const [oldest] = this.#marks.values();
    return oldest?.positionMs ?? Number.POSITIVE_INFINITY;
  }

  /** The phone was told to forget what it has not played. */
  cleared(now: number, heardMs = this.heardMs(now)): void {
    this.#sentMs = heardMs;
    this.#endsAt = now;
    this.#last = null;
    this.#marks.clear();
    this.#chunks.clear();
  }

  /** Another line, of which nothing is known yet. */
  lineChanged(): void {
    this.#forgetLine(true);
  }

  /** Whatever it hears, it says nothing of it: it owes us no mark. */
  givesNoMarksBack(): void {
    this.#forgetLine(false);
  }

  #forgetLine(givesMarksBack: boolean): void {
    this.#givesMarksBack = givesMarksBack;
    this.#quickestEchoMs = null;
    this.#marks.clear();
    this.#chunks.clear();
  }

  /** Marks come back in order: those before this one were lost, and the phone is past them. */
  #forgetUntil(name: string): void {
    for (const known of this.#marks.keys()) {
      this.#marks.delete(known);
      if (known === name) return;
    }
  }

  #shift(ms: number): void {
    this.#endsAt += ms;
    if (this.#last) this.#last = { ...this.#last, neededAt: this.#last.neededAt + ms };
    for (const [name, mark] of this.#marks) this.#marks.set(name, { ...mark, dueAt: mark.dueAt + ms });
    for (const [name, chunk] of this.#chunks)
      this.#chunks.set(name, { ...chunk, neededAt: chunk.neededAt + ms });
  }
}

export interface Mark {
  readonly positionMs: number;
  readonly markedAt: number;
  readonly dueAt: number;
}

interface Chunk {
  readonly sentAt: number;
  readonly neededAt: number;
}

function put<Value>(into: Map<string, Value>, name: string, value: Value): void {
  into.set(name, value);
  const oldest = into.keys().next().value;
  if (into.size > MOST_NAMES && oldest !== undefined) into.delete(oldest);
}

/** Sound that was late by all that waited at the phone, and this, was late beyond doubt. */
const LEAST_DRY_MS = 5;

/** The first sound of a stretch may seem late by less than that where a machine is busy. */
const LEAST_LATE_MS = 40;

/** More than a phone that reads and answers can owe us. */
const MOST_NAMES = 200;
