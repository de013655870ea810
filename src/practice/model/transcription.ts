import type { Entry } from './conversation.ts';
import type { Unsent } from './server-events.ts';
import type { SessionConfig } from './session-config.ts';
import type { SessionContext } from './session-context.ts';
import { textTokens } from './usage.ts';

/** Writes down what the caller said, as a second model beside the one that answers. */
export class Transcription {
  readonly #context: SessionContext;
  readonly #config: () => SessionConfig;
  #waiting: Entry[] = [];

  constructor(context: SessionContext, config: () => SessionConfig) {
    this.#context = context;
    this.#config = config;
  }

  /** A turn has been taken: its words come now, or when the answer to it is done. */
  add(entry: Entry, answerFollows: boolean): void {
    if (this.#config().audio.input.transcription === null) return;
    this.#waiting.push(entry);
    if (!answerFollows || this.#context.habits.transcription === 'before the answer') this.flush();
  }

  flush(): void {
    const entries = this.#waiting;
    this.#waiting = [];
    for (const entry of entries) this.#transcribe(entry);
  }

  #transcribe(entry: Entry): void {
    const ids = { item_id: entry.id, content_index: 0 };
    const isSilent = entry.audio === null;
    if (this.#context.misbehave.failTranscription === true || (entry.heard === null && !isSilent)) {
      this.#context.send({
        type: 'conversation.item.input_audio_transcription.failed',
        ...ids,
        error: {
          type: 'transcription_error',
          code: 'audio_unintelligible',
          message: 'The audio could not be transcribed.',
        },
      });
      return;
    }
    const transcript = entry.heard?.text ?? '';
    remember(entry, transcript);
    for (const delta of halves(transcript)) {
      this.#context.send({ type: 'conversation.item.input_audio_transcription.delta', ...ids, delta });
    }
    this.#context.send({
      type: 'conversation.item.input_audio_transcription.completed',
      ...ids,
      transcript,
      usage: usage(entry, transcript, this.#config().audio.input.transcription?.model ?? ''),
    });
  }
}

function remember(entry: Entry, transcript: string): void {
  const { item } = entry;
  if (item.type !== 'message' || item.role !== 'user') return;
  entry.item = { ...item, content: [{ type: 'input_audio', transcript }] };
}

function halves(text: string): string[] {
  const middle = text.indexOf(' ', Math.floor(text.length / 2));
  const parts = middle < 0 ? [text] : [text.slice(0, middle), text.slice(middle)];
  return parts.filter((part) => part !== '');
}

type TranscriptionUsage = Extract<
  Unsent,
  { type: 'conversation.item.input_audio_transcription.completed' }
>['usage'];

/** Some transcription models are billed by the minute, the others by tokens. */
const BILLED_BY_TIME = /whisper|live-transcribe|^gpt-transcribe/;

function usage(entry: Entry, transcript: string, model: string): TranscriptionUsage {
  if (BILLED_BY_TIME.test(model)) return { type: 'duration', seconds: Math.ceil(entry.audioMs / 1_000) };
  const audioTokens = Math.ceil(entry.audioMs / 100);
  const outputTokens = textTokens(transcript);
  return {
    type: 'tokens',
    input_tokens: audioTokens,
    input_token_details: { text_tokens: 0, audio_tokens: audioTokens },
    output_tokens: outputTokens,
    total_tokens: audioTokens + outputTokens,
  };
}
