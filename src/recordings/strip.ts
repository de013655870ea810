import { silence } from '../audio/format.ts';

/** Which ear: the caller is on the left, the agent on the right. */
export type Lane = 'caller' | 'agent';

const OFFSET = { caller: 0, agent: 1 } as const satisfies Record<Lane, number>;

/**
 * The last seconds of a recording, both lanes side by side as the file has them. Positions are samples since the
 * call began. What was handed over can still change for a while: then it is handed over again.
 */
export class SoundStrip {
  #bytes = quiet(0);
  /** Where the strip begins. */
  #from = 0;
  #handedOver = 0;
  #changedFrom = Number.POSITIVE_INFINITY;

  /** Nothing before this is of interest. */
  beginAt(position: number): void {
    this.#from = position;
    this.#handedOver = position;
    this.#changedFrom = Number.POSITIVE_INFINITY;
    this.#bytes = quiet(FIRST_SAMPLES); // not before: many calls are never recorded
  }

  put(lane: Lane, position: number, codes: Uint8Array): void {
    const skipped = Math.max(0, this.#from - position); // too late to be heard
    const count = Math.min(codes.length, this.#from + MOST_SAMPLES - position);
    if (count <= skipped) return;
    this.#reach(position + count);
    const bytes = this.#bytes; // the one loop here that runs for every sample of every call
    let at = 2 * (position + skipped - this.#from) + OFFSET[lane];
    for (let n = skipped; n < count; n++, at += 2) bytes[at] = codes[n] ?? SILENT;
    this.#changedFrom = Math.min(this.#changedFrom, position + skipped);
  }

  /** Takes a stretch of sound out, to be put elsewhere; null if its beginning is forgotten already. */
  cut(lane: Lane, from: number, until: number): Uint8Array | null {
    if (from < this.#from) return null;
    const codes = new Uint8Array(Math.max(0, until - from)).fill(SILENT);
    let at = 2 * (from - this.#from) + OFFSET[lane];
    for (let n = 0; n < codes.length; n++, at += 2) codes[n] = this.#bytes[at] ?? SILENT;
    this.silence(lane, from);
    return codes;
  }

  /** Takes back everything on this lane from here on. */
  silence(lane: Lane, position: number): void {
    const from = Math.max(position, this.#from);
    for (let at = 2 * (from - this.#from) + OFFSET[lane]; at < this.#bytes.length; at += 2) {
      this.#bytes[at] = SILENT;
    }
    this.#changedFrom = Math.min(this.#changedFrom, from);
  }

  /** What is new or has changed before this position; null when there is nothing. The bytes are good until the next word. */
  take(wanted: number): { readonly position: number; readonly bytes: Uint8Array } | null {
    const position = Math.max(this.#from, Math.min(this.#changedFrom, this.#handedOver));
    const until = Math.min(wanted, this.#from + MOST_SAMPLES); // the rest comes the next time
    if (until <= position) return null;
    this.#reach(until);
    const end = Math.max(until, Math.min(this.#handedOver, this.#from + this.#bytes.length / 2));
    const bytes = this.#bytes.subarray(2 * (position - this.#from), 2 * (end - this.#from));
    this.#handedOver = end;
    this.#changedFrom = Number.POSITIVE_INFINITY;
    return { position, bytes };
  }

  /** Makes room up to this position: by forgetting what is old, else by growing. */
  #reach(position: number): void {
    if (position - this.#from <= this.#bytes.length / 2) return;
    const forget = Math.max(0, Math.min(this.#handedOver - KEPT_SAMPLES, position) - this.#from);
    this.#bytes.copyWithin(0, 2 * forget);
    this.#bytes.fill(SILENT, this.#bytes.length - Math.min(2 * forget, this.#bytes.length));
    this.#from += forget;
    const wanted = position - this.#from;
    if (wanted <= this.#bytes.length / 2) return;
    const larger = quiet(Math.min(MOST_SAMPLES, Math.max(wanted, this.#bytes.length)));
    larger.set(this.#bytes.subarray(0, larger.length));
    this.#bytes = larger;
  }
}

const SAMPLES_PER_SECOND = 8_000;
const SILENT = silence('pcmu', 1)[0] ?? 0xff;

const FIRST_SAMPLES = 4 * SAMPLES_PER_SECOND;
/** How long a frame that was held up on its way may still find its place. */
const KEPT_SAMPLES = 2 * SAMPLES_PER_SECOND;
/** If nobody takes anything for so long, what comes then is lost. */
const MOST_SAMPLES = 60 * SAMPLES_PER_SECOND;

function quiet(samples: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(2 * samples).fill(SILENT);
}
