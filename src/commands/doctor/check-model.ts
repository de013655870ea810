import type { Config } from '../../app/config.ts';
import { type AudioFormat, durationMs } from '../../audio/format.ts';
import { decodeMulaw } from '../../audio/g711.ts';
import { unreachable } from '../../errors.ts';
import { authorization, hintFor, type OpenAIAccess, openAIRealtime } from '../../models/openai/index.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Session, SessionEvent, SessionSetup, SpeechModel } from '../../ports/session.ts';
import { bad, codeOf, type Finding, good, note } from './finding.ts';

type ModelConfig = Pick<Config, 'openai' | 'openaiDefaults'>;

/** The key, the model behind it, and whether it can be heard to answer. */
export async function checkModel(config: ModelConfig, clock: Clock): Promise<readonly Finding[]> {
  const { openai } = config;
  if (!openai) {
    return [
      note(
        'model',
        'No OPENAI_API_KEY, and no server of your own in OPENAI_BASE_URL: the practice model answers. Set either to talk to a real one.',
      ),
    ];
  }
  const known = await askForModel(openai);
  if (known.state === 'bad') return [known];
  return [known, ...(await talk(config, openai, clock))];
}

async function askForModel(openai: OpenAIAccess): Promise<Finding> {
  const { baseUrl, model, key } = openai;
  const url = `${baseUrl}/models/${encodeURIComponent(model)}`;
  try {
    const response = await fetch(url, {
      headers: authorization(key),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    await response.body?.cancel();
    const letsIn = key === null ? 'asks for no key' : 'accepts the key';
    if (response.ok) return good('key', `${new URL(baseUrl).host} ${letsIn}, and knows ${model}.`);
    if (response.status === 401) {
      return bad('key', hintFor(openai, 'http_401'));
    }
    // Compatible servers and Azure have no such list; whether a conversation opens is what counts.
    return note('key', `${url} answered ${response.status}; some servers have no list of models.`);
  } catch (error) {
    return bad('key', hintFor(openai, codeOf(error)));
  }
}

/** What a call would hear. It costs about a hundredth of a cent for each word. */
async function talk(config: ModelConfig, openai: OpenAIAccess, clock: Clock): Promise<readonly Finding[]> {
  const keepAlive = setInterval(() => {}, REQUEST_MS);
  const model = openAIRealtime(openai, config.openaiDefaults, clock);
  const { answer, oddities, openAfterMs } = await hearAnswer(model, clock);
  clearInterval(keepAlive);
  const opened =
    openAfterMs === null
      ? []
      : [good('conversation', `A conversation with ${openai.model} was open after ${openAfterMs} ms.`)];
  const odd =
    oddities.length === 0
      ? []
      : [note('conversation', `On the way this was noted, as on every call: ${oddities.join(', ')}.`)];
  return [...opened, ...odd, findingOf(answer, openai)];
}

function findingOf(answer: Answer, { model }: OpenAIAccess): Finding {
  switch (answer.type) {
    case 'heard':
      return good(
        'answer',
        `${model} was heard after ${answer.afterMs} ms: ${(answer.soundMs / 1000).toFixed(1)} s of sound, ${FORMATS[answer.format]} as agreed.`,
      );
    case 'lost':
      return answer.wasOpen
        ? bad(
            'answer',
            `${model} went away when it was to answer (${answer.detail}). See the account’s status.`,
          )
        : bad(
            'conversation',
            `A conversation with ${model} could not be opened (${answer.detail}). ${answer.hint ?? ''}`,
          );
    case 'refused':
      return bad('answer', `${model} was asked to answer and refused (${answer.why}). See the lines above.`);
    case 'failed':
      return bad(
        'answer',
        `${model} began to answer and did not finish (${answer.why}). See the account’s limits, its billing and the vendor’s status page.`,
      );
    case 'nothing_began':
      return bad(
        'answer',
        `${model} was asked to answer and had not begun after ${ANSWER_MS / 1000} s. Check that REALTIME_MODEL is a Realtime model that speaks; a server of your own says more in its log.`,
      );
    case 'without_sound':
      return bad(
        'answer',
        `${model} answered, and nothing of it could be heard: a call would be silent. The server may use events that are not known here; see whether a newer version of either knows them.`,
      );
    case 'in_writing':
      return bad(
        'answer',
        `${model} answered in writing where it was to speak. Check that REALTIME_MODEL is a model that speaks.`,
      );
    case 'silent_sound':
      return bad(
        'answer',
        `${model} sent sound with nothing in it: a call would be silent. Check REALTIME_VOICE, and the server’s own log.`,
      );
    case 'wrong_speed':
      return bad(
        'answer',
        `${model} said ${answer.words} words in ${answer.soundMs} ms, which nobody does: it speaks another sound format than it says. Try the other value of REALTIME_AUDIO.`,
      );
    default:
      return unreachable(answer);
  }
}

const FORMATS = { pcm24: 'PCM at 24 kHz', pcmu: 'G.711 μ-law' } as const satisfies Record<
  AudioFormat,
  string
>;

const REQUEST_MS = 10_000;

/** What came of asking a model to say a sentence. */
type Answer =
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
        this.#opened = {
          format: event.capabilities.formats.output,
          at: now,
          afterMs: Math.round(now - begunAt),
        };
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
const ANSWER_MS = 12_000;

/** Forty decibels below full scale: what is quieter is nothing on a phone. */
const LEAST_LEVEL = 328;

/** Nobody speaks quicker or slower than this; sound that is taken for another format does. */
const QUICKEST_WORD_MS = 130;
const SLOWEST_WORD_MS = 1_200;
const LEAST_WORDS = 3;
