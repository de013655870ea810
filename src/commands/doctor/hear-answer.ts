import { type AudioFormat, durationMs } from '../../audio/format.ts';
import { decodeMulaw } from '../../audio/g711.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Session, SessionEvent, SessionSetup, SpeechModel } from '../../ports/session.ts';

/** What came of asking a model to say a sentence. */
export type Answer =
  | {
      readonly type: 'heard';
      readonly soundMs: number;
      readonly afterMs: number;
      readonly format: AudioFormat;
    }
  | {
      readonly type: 'lost';
      readonly wasOpen: boolean;
      readonly detail: string;
      readonly hint: string | null;
    }
  | {
      readonly type: 'refused' | 'failed';
      /** The server's word for it. */
      readonly why: string;
    }
  | { readonly type: 'nothing_began' }
  /** An answer, but none for a phone. */
  | { readonly type: 'without_sound' | 'in_writing' | 'silent_sound' }
  /** So much sound for so many words is no speech in the format that was agreed on. */
  | { readonly type: 'wrong_speed'; readonly soundMs: number; readonly words: number };

export interface HeardAnswer {
  readonly answer: Answer;
  /** What was odd on the way, in codes. */
  readonly oddities: readonly string[];
  readonly openAfterMs: number | null;
}

/** Opens a conversation, has the model say a sentence, and listens to it as a call would. */
export function hearAnswer(model: SpeechModel, clock: Clock): Promise<HeardAnswer> {
  return new Promise((resolve) => {
    const listening = new Listening(model, clock, resolve);
    listening.begin();
  });
}

class Listening {
  readonly #model: SpeechModel;
  readonly #clock: Clock;
  readonly #resolve: (heard: HeardAnswer) => void;
  readonly #oddities: string[] = [];
  readonly #sound: Uint8Array[] = [];
  #session: Session | null = null;
  #cancelLimit = () => {};
  /** Null before the model was ready. */
  #opened: { readonly format: AudioFormat; readonly at: number; readonly afterMs: number } | null = null;
  #heard = { hasBegun: false, firstSoundMs: 0, words: '', isWriting: false };

  constructor(model: SpeechModel, clock: Clock, resolve: (heard: HeardAnswer) => void) {
    this.#model = model;
    this.#clock = clock;
    this.#resolve = resolve;
  }

  begin(): void {
    const begunAt = this.#clock.now();
    this.#session = this.#model.open(SETUP, (event) => this.#on(event, begunAt));
  }

  #on(event: SessionEvent, begunAt: number): void {
    const now = this.#clock.now();
    switch (event.type) {
      case 'ready':
        this.#opened = { format: event.capabilities.output, at: now, afterMs: Math.round(now - begunAt) };
        this.#session?.respond({
          requestId: 'check',
          purpose: 'greeting',
          instructions: SETUP.instructions,
          withoutTools: true,
        });
        this.#cancelLimit = this.#clock.after(ANSWER_MS, () => this.#finish(this.#judge(null)));
        return;
      case 'lost':
        return this.#finish({
          type: 'lost',
          wasOpen: this.#opened !== null,
          detail: event.detail,
          hint: event.hint ?? null,
        });
      case 'response_started':
        this.#heard.hasBegun = true;
        return;
      case 'response_refused':
        return this.#finish({ type: 'refused', why: event.because });
      case 'audio':
        if (this.#sound.length === 0) this.#heard.firstSoundMs = Math.round(now - (this.#opened?.at ?? now));
        this.#sound.push(event.audio);
        return;
      case 'words':
        this.#heard.words += event.text;
        return;
      case 'writing':
        this.#heard.isWriting = true;
        return;
      case 'response_done':
        return this.#finish(
          this.#judge(event.outcome === 'completed' ? null : (event.reason ?? event.outcome)),
        );
      case 'problem':
        this.#oddities.push(event.code);
        return;
      default:
        return;
    }
  }

  /** `why`: the server says that it did not finish. */
  #judge(why: string | null): Answer {
    const { hasBegun, firstSoundMs, words, isWriting } = this.#heard;
    const format = this.#opened?.format ?? 'pcm24';
    if (why !== null) return { type: 'failed', why };
    const sound = Buffer.concat(this.#sound);
    if (sound.length === 0) {
      if (isWriting) return { type: 'in_writing' };
      return { type: hasBegun ? 'without_sound' : 'nothing_began' };
    }
    if (!isAudible(sound, format)) return { type: 'silent_sound' };
    const soundMs = Math.round(durationMs(format, sound.length));
    const count = words.split(/\s+/).filter((word) => word !== '').length;
    const msPerWord = soundMs / count;
    if (count >= LEAST_WORDS && (msPerWord < QUICKEST_WORD_MS || msPerWord > SLOWEST_WORD_MS)) {
      return { type: 'wrong_speed', soundMs, words: count };
    }
    return { type: 'heard', soundMs, afterMs: firstSoundMs, format };
  }

  #finish(answer: Answer): void {
    this.#cancelLimit();
    this.#session?.close();
    this.#resolve({ answer, oddities: this.#oddities, openAfterMs: this.#opened?.afterMs ?? null });
  }
}

function isAudible(sound: Buffer, format: AudioFormat): boolean {
  if (format === 'pcmu') return decodeMulaw(sound).some((sample) => Math.abs(sample) >= LEAST_LEVEL);
  for (let at = 0; at + 1 < sound.length; at += 2) {
    if (Math.abs(sound.readInt16LE(at)) >= LEAST_LEVEL) return true;
  }
  return false;
}

const SETUP = {
  instructions:
    'This is a check of the line. Say exactly: “Hello, this is a short check of the line.” Nothing else.',
  tools: [],
  remoteTools: [],
  output: 'speech',
  turnTaking: {
    detection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
    isLedByUs: false,
  },
} as const satisfies SessionSetup;

/** Twice as long as any caller waits for a first word. */
export const ANSWER_MS = 12_000;

/** Forty decibels below full scale: what is quieter is nothing on a phone. */
const LEAST_LEVEL = 328;

/** Nobody speaks quicker or slower than this; sound that is taken for another format does. */
const QUICKEST_WORD_MS = 130;
const SLOWEST_WORD_MS = 1_200;
const LEAST_WORDS = 3;
