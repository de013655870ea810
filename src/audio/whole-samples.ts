/**
 * Keeps sound of 16-bit samples on whole samples, piece by piece.
 *
 * Half a sample at the end of a piece may be one of two things. A server cuts its sound wherever it likes, and the
 * other half is the first byte of the next piece; or a byte was lost on the way, and from there on every sample is
 * made of two halves that never belonged together: static, at full loudness. The lengths alone do not tell which.
 * The sound does: put together wrongly it is many times as rough. Where that is plain, the half that is left over
 * is cut out and a click is all there is of it; where it is not, as in silence, the halves are put together.
 */
export class WholeSamples {
  #half: Uint8Array = NOTHING;

  /** The whole samples that there are so far. */
  push(bytes: Uint8Array): { readonly samples: Uint8Array; readonly wasMended: boolean } {
    const all = this.#half.length > 0 ? joined(this.#half, bytes) : bytes;
    this.#half = NOTHING;
    if (all.length % 2 === 0) return { samples: all, wasMended: false };
    const lostAt = placeOfLoss(all);
    if (lostAt !== null) {
      return { samples: joined(all.subarray(0, lostAt), all.subarray(lostAt + 1)), wasMended: true };
    }
    this.#half = all.slice(-1);
    return { samples: all.subarray(0, -1), wasMended: false };
  }

  /** What comes now is other sound. */
  reset(): void {
    this.#half = NOTHING;
  }
}

/** Where the other half of a sample is missing among these bytes: the place behind which all of them are askew. */
function placeOfLoss(bytes: Uint8Array): number | null {
  let at: number | null = null;
  let evidence = 0;
  let most = LEAST_EVIDENCE;
  const last = bytes.length - 1 - BLOCK_BYTES;
  const first = Math.max(0, bytes.length - MOST_BYTES);
  for (let from = last - (last % 2); from >= first; from -= BLOCK_BYTES) {
    evidence += plainly(howItSounds(bytes, from), howItSounds(bytes, from + 1));
    if (evidence <= most) continue;
    most = evidence;
    at = from;
  }
  return at;
}

interface HowItSounds {
  /** How far it is from sample to sample, … */
  readonly roughness: number;
  /** … and how far from nothing. */
  readonly loudness: number;
}

/** By how much, as a logarithm, the other reading is smoother than the one; nothing where that might be chance. */
function plainly(one: HowItSounds, other: HowItSounds): number {
  const times = Math.log((one.roughness + 1) / (other.roughness + 1));
  if (Math.abs(times) < CHANCE) return 0;
  // Read askew, sound that has nothing in its lower halves is smoother because it is 256 times quieter.
  const isSmooth = other.roughness * one.loudness <= one.roughness * other.loudness * ABOUT_THE_SAME;
  return times > 0 && !isSmooth ? 0 : times;
}

function howItSounds(bytes: Uint8Array, from: number): HowItSounds {
  let roughness = 0;
  let loudness = 0;
  let before: number | null = null;
  for (let at = from; at < from + BLOCK_BYTES; at += 2) {
    const sample = (((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8)) << 16) >> 16;
    roughness += Math.abs(sample - (before ?? sample));
    loudness += Math.abs(sample);
    before = sample;
  }
  return { roughness, loudness };
}

function joined(before: Uint8Array, after: Uint8Array): Uint8Array {
  const all = new Uint8Array(before.length + after.length);
  all.set(before);
  all.set(after, before.length);
  return all;
}

const NOTHING = new Uint8Array(0);

/** Five milliseconds. */
const BLOCK_BYTES = 240;

/** Ten seconds: nobody sends so much of a sound at once and loses of it. */
const MOST_BYTES = 480_000;

/** Noise differs from itself, block by block, by a third of this at most. */
const CHANCE = 0.5;

/** Seven times as smooth, all in all. */
const LEAST_EVIDENCE = 2;
const ABOUT_THE_SAME = 1.1;
