/**
 * Knows how much of what we sent the caller has heard.
 *
 * We keep the phone's play-out buffer in our head: it starts to play when sound
 * reaches it empty, plays one second per second, and plays in order. As every
 * message to the phone takes the same way, sound and `clear` alike, the time we
 * send at is as good as the time it arrives at: "heard by now" is what the phone
 * will have played when a `clear` sent now reaches it.
 *
 * Marks that come back keep the picture honest. One that is early proves the
 * phone to be ahead of us. One that is late by up to `MARK_JOURNEY_MS` may just
 * have had a long way back; only beyond that it proves that the phone stalled.
 *
 * Times passed in are milliseconds on one clock; positions are milliseconds of
 * sound since the call began, with what was cleared taken out again.
 */
export class PlaybackClock {
  #sentMs = 0;
  #endsAt = Number.NEGATIVE_INFINITY;
  #quickestEchoMs: number | null = null;
  readonly #marks = new Map<string, Mark>();

  /** How long sound takes to the phone, as far as marks have shown; null before the first has come back. */
  get journeyMs(): number | null {
    return this.#quickestEchoMs === null ? null : this.#quickestEchoMs / 2;
  }

  /** How much sound was sent, in all. */
  get sentMs(): number {
    return this.#sentMs;
  }

  sent(ms: number, now: number): void {
    this.#sentMs += ms;
    this.#endsAt = Math.max(this.#endsAt, now) + ms;
  }

  /** Gives the time at which the phone comes to it, as far as we know. */
  marked(name: string, now: number): number {
    const dueAt = Math.max(this.#endsAt, now);
    this.#marks.set(name, { positionMs: this.#sentMs, dueAt });
    const oldest = this.#marks.keys().next().value;
    if (this.#marks.size > MOST_MARKS && oldest !== undefined) this.#marks.delete(oldest);
    return dueAt;
  }

  markReturned(name: string, now: number): void {
    const mark = this.#marks.get(name);
    if (mark === undefined) return; // cleared, or never ours: says nothing about hearing
    this.#forgetUntil(name);

    const lateMs = now - mark.dueAt;
    if (lateMs < 0) return this.#shift(lateMs);
    this.#quickestEchoMs = Math.min(this.#quickestEchoMs ?? lateMs, lateMs);
    const stalledMs = lateMs - this.#quickestEchoMs;
    if (stalledMs > MARK_JOURNEY_MS) this.#shift(stalledMs);
  }

  /** How much sound waits at the phone, unheard. */
  leadMs(now: number): number {
    return Math.max(0, this.#endsAt - now);
  }

  heardMs(now: number): number {
    return Math.min(this.#sentMs - this.leadMs(now), this.#provenLimitMs(now));
  }

  /** The phone was told to forget what it has not played. */
  cleared(now: number): void {
    this.#sentMs = this.heardMs(now);
    this.#endsAt = now;
    this.#marks.clear();
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
    for (const [name, mark] of this.#marks) this.#marks.set(name, { ...mark, dueAt: mark.dueAt + ms });
  }

  /** A mark that is long overdue says that the phone has not come that far. */
  #provenLimitMs(now: number): number {
    if (this.#quickestEchoMs === null) return Number.POSITIVE_INFINITY; // this line never gave one back
    for (const [name, mark] of this.#marks) {
      const overdueMs = now - mark.dueAt - this.#quickestEchoMs;
      if (overdueMs <= MARK_JOURNEY_MS) break;
      if (overdueMs <= MARK_LOST_MS) return mark.positionMs + this.#quickestEchoMs;
      this.#marks.delete(name);
    }
    return Number.POSITIVE_INFINITY;
  }
}

interface Mark {
  readonly positionMs: number;
  readonly dueAt: number;
}

/** The longest way back that a mark may have without telling anything about the phone. */
const MARK_JOURNEY_MS = 400;

/** A mark that has not come back by then will not: some lines lose them. */
const MARK_LOST_MS = 5_000;

/** More than a phone that reads and answers can owe us. */
const MOST_MARKS = 200;
