import { type AudioFormat, bytesPerMs, durationMs, silence } from '../../audio/format.ts';
import { ByteQueue } from '../../audio/frames.ts';
import { createTranscoder, type Transcoder } from '../../audio/transcode.ts';
import type { Session } from '../../ports/session.ts';
import { GapFiller } from './gap-filler.ts';

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
