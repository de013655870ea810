import { FRAME_MS } from '../../audio/format.ts';

/**
 * Silence that stands in for frames which do not come in mid-speech, and how it is given back.
 *
 * Without it a line that falls silent would leave the turn open for ever, as the model waits for the sound of a
 * pause. But the frames may be late rather than lost: then the model has heard more than there was, and its clock
 * is ahead of the call's. It is made even by what is missing later, and by leaving out frames in which nobody says
 * anything, between turns only: the pause that ends a turn keeps its length. Until then the model's clock stays
 * ahead, on a noisy line for longer: speech is never left out.
 */
export class GapFiller {
  #lastFrameAt = Number.NEGATIVE_INFINITY;
  #madeSinceMs = 0;
  #aheadMs = 0;
  #turnIsOpen = false;

  /** How much silence is to be made now. It counts as made. */
  due(now: number, turnIsOpen: boolean): number {
    this.#turnIsOpen = turnIsOpen;
    if (!turnIsOpen || this.#madeSinceMs >= MOST_MS) return 0;
    const stalledMs = now - this.#lastFrameAt - STALL_MS - this.#madeSinceMs;
    const ms = Math.max(0, Math.floor(stalledMs / FRAME_MS) * FRAME_MS);
    this.#madeSinceMs += ms;
    this.#aheadMs += ms;
    return ms;
  }

  frameCame(now: number): void {
    this.#lastFrameAt = now;
    this.#madeSinceMs = 0;
  }

  /** How much of a hole is filled already. */
  covers(holeMs: number): number {
    const ms = Math.min(this.#aheadMs, holeMs);
    this.#aheadMs -= ms;
    return ms;
  }

  /** Whether this μ-law frame is better left out. */
  makesUp(frame: Uint8Array, ms: number): boolean {
    if (this.#aheadMs < ms || this.#turnIsOpen || !frame.every(isQuiet)) return false;
    this.#aheadMs -= ms;
    return true;
  }
}

function isQuiet(code: number): boolean {
  return (~code & MAGNITUDE) <= QUIET;
}

/** Longer than a hiccup of the network, short enough to close the turn within a second and a half. */
const STALL_MS = 500;

/** A line that is gone for longer than that has no turn to close any more. */
const MOST_MS = 10_000;

const MAGNITUDE = 0x7f;

/** The loudest μ-law step that is no speech: 39 dB below full scale. */
const QUIET = 0x1f;
