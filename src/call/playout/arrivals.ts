/**
 * The least of what was measured lately.
 *
 * What takes its time on a line is late by any amount, and never early: the quickest of the last seconds is what the
 * line itself takes. Not the quickest ever, as ways change and two clocks drift apart.
 */
class Quickest {
  #of = Number.POSITIVE_INFINITY;
  #ofBefore = Number.POSITIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;

  /** Takes in what was measured; by how much more that is than the least. */
  excess(ms: number, now: number): number {
    if (now - this.#since > WINDOW_MS) {
      this.#ofBefore = this.#of;
      this.#of = Number.POSITIVE_INFINITY;
      this.#since = now;
    }
    this.#of = Math.min(this.#of, ms);
    return ms - Math.min(this.#of, this.#ofBefore);
  }

  /** Null before anything was measured. */
  get ms(): number | null {
    const ms = Math.min(this.#of, this.#ofBefore);
    return Number.isFinite(ms) ? ms : null;
  }
}

const WINDOW_MS = 10_000;

/**
 * Knows whether what we send reaches the phone, and how late.
 *
 * Marks come back when something was heard, by whatever way that takes: a late one may tell of a phone that stalled,
 * or of nothing but its own journey. So pings are sent as well, every now and then, behind the sound: the line answers
 * them as soon as it has that. A pong that was held up on its way here is told from a ping that was held up on its
 * way there by the caller's frames, which come the same way as pongs, and bear the time of the line.
 *
 * A phone that takes nothing for longer than any journey is deaf. One that never answers is judged by its marks.
 */
export class Arrivals {
  readonly #pings = new Map<string, Ping>();
  readonly #roundTrip = new Quickest();
  readonly #wayUp = new Quickest();
  readonly #justCame: (Arrival & { readonly cameAt: number })[] = [];
  #frameLateMs = 0;
  #arrivedMs = 0;
  #lastLookAt = Number.NEGATIVE_INFINITY;
  /** We were not there ourselves: what came meanwhile is yet to be read. */
  #isToBeReadUntil = Number.NEGATIVE_INFINITY;

  /** How long the quickest ping took, there and back; null before one was answered. */
  get roundTripMs(): number | null {
    return this.#roundTrip.ms;
  }

  /** Everything up to here has reached the phone, and hardly anything beyond; null on a line that does not answer. */
  get arrivedMs(): number | null {
    return this.roundTripMs === null ? null : this.#arrivedMs;
  }

  /** Everything up to here has reached the phone. */
  get leastArrivedMs(): number {
    return this.#arrivedMs;
  }

  /** The line brings sound of the caller's, as phones do. */
  get bringsSound(): boolean {
    return this.#wayUp.ms !== null;
  }

  /**
   * A frame of the caller's, with its place on the line's own clock. Gives the pings whose pongs came just before it,
   * and how much later than usual they had reached the phone: both frames beside a pong tell how long its own way was.
   */
  frameCame(lineMs: number, now: number): readonly Arrival[] {
    const before = this.#frameLateMs;
    this.#frameLateMs = this.#wayUp.excess(now - lineMs, now);
    if (this.#justCame.length === 0) return NOTHING;
    const framesLateMs = Math.max(before, this.#frameLateMs);
    return this.#justCame
      .splice(0)
      .filter(({ cameAt }) => now - cameAt <= FRAMES_GO_ON_MS)
      .map(({ name, lateMs }) => ({ name, lateMs: lateMs - framesLateMs }));
  }

  /** `lacksFrom`: when the phone runs dry if it has not got what the ping is sent behind. */
  pinged(name: string, positionMs: number, now: number, lacksFrom = now): void {
    this.#pings.set(name, { positionMs, sentAt: now, lacksFrom });
    const oldest = this.#pings.keys().next().value;
    if (this.#pings.size > MOST_PINGS && oldest !== undefined) this.#pings.delete(oldest);
  }

  pongCame(name: string, now: number): void {
    const ping = this.#pings.get(name);
    if (!ping) return;
    for (const known of this.#pings.keys()) {
      this.#pings.delete(known); // pongs come in order: those before this one are not to be expected any more
      if (known === name) break;
    }
    this.#arrivedMs = Math.max(this.#arrivedMs, ping.positionMs);
    this.#justCame.push({ name, lateMs: this.#roundTrip.excess(now - ping.sentAt, now), cameAt: now });
    if (this.#justCame.length > MOST_PINGS) this.#justCame.shift(); // nobody is heard, and nothing of it used
  }

  /** A mark has come back: the phone has taken all that was sent before it. */
  markReturned(positionMs: number, markedAt: number): void {
    for (const [name, ping] of this.#pings) if (ping.sentAt < markedAt) this.#pings.delete(name);
    this.#arrivedMs = Math.max(this.#arrivedMs, positionMs);
  }

  /** To be called as time goes by. */
  look(now: number): void {
    if (now - this.#lastLookAt > OWN_STALL_MS) this.#isToBeReadUntil = now + OWN_STALL_MS;
    this.#lastLookAt = now;
  }

  /** `markOverdueMs`: how long the phone has owed us a mark. */
  isDeaf(markOverdueMs: number, now: number): boolean {
    if (now < this.#isToBeReadUntil) return false;
    const usualMs = this.roundTripMs;
    if (usualMs === null) return markOverdueMs > LONGEST_JOURNEY_MS;
    const [oldest] = this.#pings.values();
    return (
      oldest !== undefined && now - oldest.sentAt - Math.min(usualMs, MOST_USUAL_MS) > LONGEST_JOURNEY_MS
    );
  }

  /** From when on the phone has nothing to play if it takes nothing any more, on a line that answers. */
  get lacksFrom(): number {
    const [oldest] = this.#pings.values();
    return this.roundTripMs === null || !oldest ? Number.POSITIVE_INFINITY : oldest.lacksFrom;
  }

  /** The phone was told to forget what lies beyond this. */
  cleared(positionMs: number): void {
    this.#arrivedMs = positionMs;
    for (const [name, ping] of this.#pings) {
      this.#pings.set(name, { ...ping, positionMs: Math.min(ping.positionMs, positionMs) });
    }
  }
}

interface Arrival {
  readonly name: string;
  readonly lateMs: number;
}

interface Ping {
  readonly positionMs: number;
  readonly sentAt: number;
  readonly lacksFrom: number;
}

/** Marks and answers that are late by up to a second are on their way; and we look ten times a second. */
export const LONGEST_JOURNEY_MS = 1_200;

/** No line takes longer as a rule; the first answer of one may have come from a phone that took nothing before. */
const MOST_USUAL_MS = 600;

const NOTHING: readonly Arrival[] = [];

/** Frames come every 20 ms. If they do not, nothing is known of the way they take. */
const FRAMES_GO_ON_MS = 100;

const OWN_STALL_MS = 300;

/** Half a minute of them. */
const MOST_PINGS = 200;
