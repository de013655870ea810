/**
 * Hears when somebody begins to speak and when they have finished, as a Realtime server's own voice detection does.
 *
 * All times are milliseconds of the audio pushed so far. A turn begins once six of the last ten frames of 10 ms were
 * loud (a click fills one or two), and is reported from its first loud frame less the prefix padding. It ends when
 * the asked-for silence has passed, and is reported with that silence included: both are positions in the audio that
 * belongs to the turn.
 */
import { LOUDNESS_FRAME_MS, Loudness } from './loudness.ts';

export interface VoiceActivitySettings {
  readonly sampleRate: number;
  /** 0 to 1: higher needs louder speech; 0.5 is -42 dBFS. */
  readonly threshold: number;
  /** Audio before the first loud frame that still belongs to the turn. */
  readonly prefixPaddingMs: number;
  /** How much silence ends a turn. */
  readonly silenceDurationMs: number;
}

export type VoiceEvent =
  | { readonly type: 'started'; readonly audioStartMs: number }
  | { readonly type: 'stopped'; readonly audioEndMs: number };

type Turn = { readonly isSpeaking: false } | { readonly isSpeaking: true; readonly lastVoiceMs: number };

const SILENT: Turn = { isSpeaking: false };

/** A turn begins with this many loud frames among the last `START_WINDOW_FRAMES`. */
const START_FRAMES = 6;
const START_WINDOW_FRAMES = 10;

/** Within a turn, two loud frames among the last five are voice: a final "t" has no more, and comes late. */
const KEEP_FRAMES = 2;
const KEEP_WINDOW_FRAMES = 5;

/** Within a turn softer sound still counts: words fade out. */
const KEEP_DB = -6;

export class VoiceActivity {
  #settings: VoiceActivitySettings;
  readonly #loudness: Loudness;
  /** The end of the last full frame. */
  #nowMs = 0;
  /** The last frames, newest in the lowest bit, 1 for a loud one. */
  #recent = 0;
  #turn: Turn = SILENT;
  /** No turn reaches back beyond this: the end of the turn before, or the last reset. */
  #earliestStartMs = 0;

  constructor(settings: VoiceActivitySettings) {
    this.#settings = settings;
    this.#loudness = new Loudness(settings.sampleRate);
  }

  push(samples: Int16Array): readonly VoiceEvent[] {
    const events: VoiceEvent[] = [];
    const startPower = thresholdPower(this.#settings.threshold);
    const keepPower = startPower * 10 ** (KEEP_DB / 10);
    this.#loudness.push(samples, (power) => {
      this.#nowMs += LOUDNESS_FRAME_MS;
      const isLoud = power >= (this.#turn.isSpeaking ? keepPower : startPower);
      this.#recent = ((this.#recent << 1) | (isLoud ? 1 : 0)) & mask(START_WINDOW_FRAMES);
      const event = this.#turn.isSpeaking ? this.#listenOn(this.#turn, isLoud) : this.#awaitSpeech();
      if (event !== null) events.push(event);
    });
    return events;
  }

  /** Changes settings in mid-stream; they count from the next sample on. */
  configure(changes: Partial<VoiceActivitySettings>): void {
    const before = this.#settings.sampleRate;
    this.#settings = { ...this.#settings, ...changes };
    if (this.#settings.sampleRate !== before) this.#restartFrame();
  }

  /** Forgets what was heard: a turn in progress, and all sound so far. The time goes on. */
  reset(): void {
    this.#restartFrame();
    this.#recent = 0;
    this.#turn = SILENT;
    this.#earliestStartMs = this.#nowMs;
  }

  #awaitSpeech(): VoiceEvent | null {
    if (countBits(this.#recent) < START_FRAMES) return null;
    const framesAgo = 32 - Math.clz32(this.#recent);
    const firstLoudMs = this.#nowMs - framesAgo * LOUDNESS_FRAME_MS;
    const startMs = Math.max(firstLoudMs - this.#settings.prefixPaddingMs, this.#earliestStartMs, 0);
    this.#turn = { isSpeaking: true, lastVoiceMs: this.#nowMs };
    return { type: 'started', audioStartMs: Math.round(startMs) };
  }

  #listenOn(turn: Turn & { isSpeaking: true }, isLoud: boolean): VoiceEvent | null {
    if (isLoud && countBits(this.#recent & mask(KEEP_WINDOW_FRAMES)) >= KEEP_FRAMES) {
      this.#turn = { isSpeaking: true, lastVoiceMs: this.#nowMs };
      return null;
    }
    if (this.#nowMs - turn.lastVoiceMs < this.#settings.silenceDurationMs) return null;
    this.#turn = SILENT;
    this.#recent = 0;
    this.#earliestStartMs = this.#nowMs;
    return { type: 'stopped', audioEndMs: Math.round(this.#nowMs) };
  }

  #restartFrame(): void {
    this.#nowMs += this.#loudness.pendingMs;
    this.#loudness.restart(this.#settings.sampleRate);
  }
}

/** From -62 dBFS at 0 to -22 dBFS at 1: a telephone's noise floor, and a raised voice. */
function thresholdPower(threshold: number): number {
  return 10 ** ((threshold * 40 - 62) / 10);
}

function mask(bits: number): number {
  return (1 << bits) - 1;
}

function countBits(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
