import { type AudioFormat, bytesPerMs, durationMs, FRAME_MS, silence } from '../../audio/format.ts';
import { ByteQueue } from '../../audio/frames.ts';
import { createTranscoder, type Transcoder } from '../../audio/transcode.ts';
import type { Session } from '../../ports/session.ts';

/**
 * Silence that stands in for frames which do not come in mid-speech, and how it is given back.
 *
 * Without it a line that falls silent would leave the turn open for ever, as the model waits for the sound of a
 * pause. But the frames may be late rather than lost: then the model has heard more than there was, and its clock
 * is ahead of the call's. It is made even by what is missing later, and by leaving out frames in which nobody says
 * anything, between turns only: the pause that ends a turn keeps its length. Until then the model's clock stays
 * ahead, on a noisy line for longer: speech is never left out.
 */
class GapFiller {
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

/**
 * The way from the caller's mouth to the model's ear.
 *
 * The model's clock is the sound it is given: what the line leaves out has to be
 * silence, or the model's idea of "half a second of pause" is wrong. And what the
 * caller says before the model listens, or while it cannot keep up, waits.
 */
export class Uplink {
  readonly #format: AudioFormat;
  readonly #waiting = new ByteQueue();
  /** How much the model was given, in all. Each counts from its own beginning. */
  deliveredMs = 0;
  #ear: Ear | null = null;
  /** The model takes nothing in. Looked at now and then rather than at every frame. */
  #isStuck = false;
  #nextLookAt = 0;
  /** Where the line's own clock should be when its next frame comes. */
  #expectedMs: number | null = null;
  readonly #gapFiller = new GapFiller();
  #budget = { ms: MOST_HOLE_MS, at: 0 };

  constructor(format: AudioFormat) {
    this.#format = format;
  }

  /** The model listens from now on; first to what it missed. */
  open(session: Session, format: AudioFormat): void {
    this.#ear = { session, transcoder: createTranscoder(this.#format, format) };
    this.deliveredMs = 0;
    this.#deliver();
  }

  /** Nobody listens for a while: what is said waits. */
  close(): void {
    this.#ear = null;
  }

  /** The line is gone, perhaps in mid-word: a turn that stayed open would swallow the first words on the next line. */
  lineGone(): void {
    this.#hush(LAST_PAUSE_MS);
  }

  /** Another line, with a clock of its own. */
  lineChanged(): void {
    this.#expectedMs = null;
  }

  /** A frame of the line's, with its place on the line's own clock. */
  hear(audio: Uint8Array, atMs: number, now: number): void {
    this.#gapFiller.frameCame(now);
    this.#expectedMs ??= atMs;
    const holeMs = atMs - this.#expectedMs;
    if (holeMs >= LEAST_HOLE_MS) this.#fill(holeMs, now);
    if (holeMs >= LEAST_HOLE_MS || holeMs < -MOST_OVERLAP_MS) this.#expectedMs = atMs;
    const ms = durationMs(this.#format, audio.length);
    this.#expectedMs += ms;
    if (this.#format === 'pcmu' && this.#gapFiller.makesUp(audio, ms)) return;
    this.#push(audio);
  }

  tick(now: number, callerIsSpeaking: boolean): void {
    if (now >= this.#nextLookAt) {
      this.#nextLookAt = now + LOOK_EVERY_MS;
      this.#isStuck = this.#ear !== null && this.#ear.session.backlogBytes >= MOST_BACKLOG_BYTES;
    }
    if (this.#waiting.length > 0) this.#deliver();
    if (this.#expectedMs !== null) this.#hush(this.#gapFiller.due(now, callerIsSpeaking));
  }

  #fill(holeMs: number, now: number): void {
    this.#hush(this.#granted(holeMs - this.#gapFiller.covers(holeMs), now));
  }

  #hush(ms: number): void {
    if (ms > 0) this.#push(silence(this.#format, ms));
  }

  /** As much of this silence as a line may make up: ten seconds, and again what time has passed. */
  #granted(ms: number, now: number): number {
    const budgetMs = Math.min(MOST_HOLE_MS, this.#budget.ms + now - this.#budget.at);
    const grantedMs = Math.min(ms, budgetMs);
    this.#budget = { ms: budgetMs - grantedMs, at: now };
    return grantedMs;
  }

  #push(audio: Uint8Array): void {
    const ear = this.#ear;
    if (ear && !this.#isStuck && this.#waiting.length === 0) {
      ear.session.hear(ear.transcoder.push(audio)); // the usual way, without a detour
      this.deliveredMs += durationMs(this.#format, audio.length);
      return;
    }
    this.#waiting.push(audio);
    const tooManyBytes = this.#waiting.length - MOST_WAITING_MS * bytesPerMs(this.#format);
    if (tooManyBytes > 0) this.#waiting.take(tooManyBytes);
    this.#deliver();
  }

  #deliver(): void {
    const ear = this.#ear;
    while (ear && this.#waiting.length > 0 && ear.session.backlogBytes < MOST_BACKLOG_BYTES) {
      const late = this.#waiting.take(DELIVERY_MS * bytesPerMs(this.#format));
      ear.session.hear(ear.transcoder.push(late));
      this.deliveredMs += durationMs(this.#format, late.length);
    }
  }
}

interface Ear {
  readonly session: Session;
  readonly transcoder: Transcoder;
}

/** Long enough to end a turn. */
const LAST_PAUSE_MS = 1_500;

/** Lines jitter by less than a frame; what is missing beyond that is a hole. */
const LEAST_HOLE_MS = 20;

/** Holes beyond this are a broken clock rather than a pause; no line may make up more silence than time has passed. */
const MOST_HOLE_MS = 10_000;

/** Lines repeat themselves by less than that; one that is further behind has set its clock back. */
const MOST_OVERLAP_MS = 2_000;

/** What the model may have missed of the caller and still be told. */
const MOST_WAITING_MS = 30_000;

/** What waited is handed over in pieces of a second. */
const DELIVERY_MS = 1_000;

/** A model's side that has not taken this much is stuck: the rest waits here, where it is bounded. */
const MOST_BACKLOG_BYTES = 512_000;
const LOOK_EVERY_MS = 500;
