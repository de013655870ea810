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
