import type { Ears, ListenSettings, SpeechDetector } from './brain.ts';
import { type Conversation, type Entry, userSpeech } from './conversation.ts';
import { refusals } from './request-error.ts';
import type { InputConfig, TurnDetection, WireFormat } from './session-config.ts';
import type { SessionContext } from './session-context.ts';
import { decodeAudio, sampleRate } from './wire-audio.ts';

/** What follows from a caller's turn. */
export interface TurnListener {
  speechStarted(): void;
  /** A turn has been added to the conversation; `wantsAnswer` as turn detection is set. */
  turnTaken(entry: Entry, wantsAnswer: boolean): void;
}

/** The least that can be committed. */
const LEAST_COMMIT_MS = 100;
/** How much sound from before speech is noticed stays at hand, beside the padding. */
const NOTICING_MS = 1_000;

/** Turns appended sound into turns of the caller: by voice detection, by the client's commit, or by long silence. */
export class CallerTurns {
  readonly #context: SessionContext;
  readonly #conversation: Conversation;
  readonly #listener: TurnListener;
  readonly #buffer: InputBuffer;
  readonly #detector: TurnDetector;
  /** Where the uncommitted sound begins. */
  #fromMs = 0;
  /** The item that the speech going on will become. */
  #speakingId: string | null = null;
  /** When the answer will have been played; null while nobody waits for the caller. */
  #playedMs: number | null = null;
  #stormDue = 0;

  constructor(
    context: SessionContext,
    conversation: Conversation,
    input: InputConfig,
    listener: TurnListener,
  ) {
    this.#context = context;
    this.#conversation = conversation;
    this.#listener = listener;
    this.#buffer = new InputBuffer(input.format);
    this.#detector = new TurnDetector(context.ears, input);
  }

  get appendedMs(): number {
    return this.#buffer.appendedMs;
  }

  /** Puts changed settings in force. */
  configure(input: InputConfig): void {
    const isOtherFormat = input.format.type !== this.#buffer.format.type;
    if (isOtherFormat) this.#buffer.changeFormat(input.format);
    if (this.#detector.configure(input, isOtherFormat, this.#buffer.appendedMs)) this.#speakingId = null;
  }

  hear(bytes: Uint8Array): void {
    const beforeMs = this.#buffer.appendedMs;
    const samples = this.#buffer.append(bytes);
    for (const change of this.#detector.push(samples)) {
      if (change.type === 'started') this.#speechStarted(change.atMs);
      else this.#speechStopped(change.atMs);
    }
    const { settings } = this.#detector;
    if (settings !== null && this.#speakingId === null) this.#whileSilent(settings);
    this.#storm(this.#buffer.appendedMs - beforeMs);
  }

  /** The client says that the turn is over. */
  commit(): void {
    const bufferedMs = this.#buffer.appendedMs - this.#fromMs;
    if (bufferedMs < LEAST_COMMIT_MS) throw refusals.commitTooShort(bufferedMs);
    const itemId = this.#speakingId ?? this.#context.ids.next('item');
    this.#detector.reset();
    this.#take(itemId, this.#fromMs, this.#buffer.appendedMs, { isSilent: false, wantsAnswer: false });
  }

  clear(): void {
    this.#fromMs = this.#buffer.appendedMs;
    this.#speakingId = null;
    this.#detector.reset();
    this.#context.send({ type: 'input_audio_buffer.cleared' });
  }

  /** An answer has been generated: from the end of its sound on, silence counts. */
  answered(audioMs: number): void {
    this.#playedMs = this.#buffer.appendedMs + audioMs;
  }

  /** An answer is being generated, so nobody waits for the caller. */
  answering(): void {
    this.#playedMs = null;
  }

  #speechStarted(startMs: number): void {
    this.#fromMs = startMs;
    this.#playedMs = null;
    this.#speakingId = this.#context.ids.next('item');
    this.#context.send({
      type: 'input_audio_buffer.speech_started',
      audio_start_ms: Math.round(startMs),
      item_id: this.#speakingId,
    });
    this.#listener.speechStarted();
  }

  #speechStopped(endMs: number): void {
    const itemId = this.#speakingId;
    if (itemId === null) return; // the client has committed or cleared this speech already
    this.#context.send({
      type: 'input_audio_buffer.speech_stopped',
      audio_end_ms: Math.round(endMs),
      item_id: itemId,
    });
    const wantsAnswer = this.#detector.settings?.create_response ?? false;
    this.#take(itemId, this.#fromMs, endMs, { isSilent: false, wantsAnswer });
  }

  #whileSilent(detection: TurnDetection): void {
    const nowMs = this.#buffer.appendedMs;
    const paddingMs = detection.type === 'server_vad' ? detection.prefix_padding_ms : 0;
    this.#buffer.keepFrom(nowMs - paddingMs - NOTICING_MS);
    if (detection.type !== 'server_vad' || detection.idle_timeout_ms === null) return;
    const fromMs = this.#playedMs;
    if (fromMs === null || nowMs < fromMs + detection.idle_timeout_ms) return;
    const itemId = this.#context.ids.next('item');
    this.#context.send({
      type: 'input_audio_buffer.timeout_triggered',
      audio_start_ms: Math.round(fromMs),
      audio_end_ms: Math.round(nowMs),
      item_id: itemId,
    });
    this.#take(itemId, fromMs, nowMs, { isSilent: true, wantsAnswer: true });
  }

  #take(
    itemId: string,
    startMs: number,
    endMs: number,
    turn: { readonly isSilent: boolean; readonly wantsAnswer: boolean },
  ): void {
    this.#speakingId = null;
    this.#playedMs = null;
    this.#fromMs = endMs;
    const { format } = this.#buffer;
    const samples = turn.isSilent ? new Int16Array(0) : this.#buffer.between(startMs, endMs);
    const heard = turn.isSilent ? null : this.#context.ears.recognise(samples, sampleRate(format));
    const previousId = this.#conversation.lastId;
    const entry = userSpeech(itemId, { samples, format, audioMs: endMs - startMs, heard });
    this.#context.send({
      type: 'input_audio_buffer.committed',
      previous_item_id: previousId,
      item_id: itemId,
    });
    this.#conversation.insert(entry);
    for (const type of ['conversation.item.added', 'conversation.item.done'] as const) {
      this.#context.send({ type, previous_item_id: previousId, item: entry.item });
    }
    this.#listener.turnTaken(entry, turn.wantsAnswer);
  }

  #storm(heardMs: number): void {
    this.#stormDue += ((this.#context.misbehave.speechStormPerSecond ?? 0) * heardMs) / 1_000;
    for (; this.#stormDue >= 1; this.#stormDue--) {
      this.#context.send({
        type: 'input_audio_buffer.speech_started',
        audio_start_ms: Math.round(this.#buffer.appendedMs),
        item_id: this.#context.ids.next('item'),
      });
    }
  }
}

/** Finds out when the caller speaks, as the session is set to; times are the session's own. */
class TurnDetector {
  readonly #ears: Ears;
  #settings: TurnDetection | null = null;
  #detector: SpeechDetector | null = null;
  /** Where the detector's clock began, on the session's. */
  #fromMs = 0;

  constructor(ears: Ears, input: InputConfig) {
    this.#ears = ears;
    this.configure(input, true, 0);
  }

  /** Null: the client says when a turn is over. */
  get settings(): TurnDetection | null {
    return this.#settings;
  }

  /** True if it began to listen anew, and knows of no speech that goes on. */
  configure(input: InputConfig, isOtherFormat: boolean, nowMs: number): boolean {
    const { format, turn_detection: settings } = input;
    this.#settings = settings;
    const listens = settings && listenSettings(settings, sampleRate(format));
    if (listens && this.#detector && !isOtherFormat) {
      this.#detector.configure(listens);
      return false;
    }
    this.#fromMs = nowMs;
    this.#detector = listens && this.#ears.listen(listens);
    return true;
  }

  push(samples: Int16Array): readonly { readonly type: 'started' | 'stopped'; readonly atMs: number }[] {
    return (this.#detector?.push(samples) ?? []).map((change) =>
      change.type === 'started'
        ? { type: 'started', atMs: this.#fromMs + change.audioStartMs }
        : { type: 'stopped', atMs: this.#fromMs + change.audioEndMs },
    );
  }

  reset(): void {
    this.#detector?.reset();
  }
}

/** Semantic detection waits for the end of a thought; here it waits longer, the less eager the longer. */
const SEMANTIC_SILENCE_MS = { low: 1_500, medium: 900, auto: 900, high: 500 } as const;

function listenSettings(detection: TurnDetection, rate: 8_000 | 24_000): ListenSettings {
  if (detection.type === 'semantic_vad') {
    return {
      sampleRate: rate,
      threshold: 0.5,
      prefixPaddingMs: 300,
      silenceDurationMs: SEMANTIC_SILENCE_MS[detection.eagerness],
    };
  }
  return {
    sampleRate: rate,
    threshold: detection.threshold,
    prefixPaddingMs: detection.prefix_padding_ms,
    silenceDurationMs: detection.silence_duration_ms,
  };
}

/** The longest turn whose sound is kept; of a longer one its end. */
const KEPT_MS = 60_000;

/** A second of the faster format, to begin with. */
const FIRST_SAMPLES = 24_000;

/**
 * The sound that a client has appended, on a clock that counts nothing else.
 *
 * What is kept lies in one stretch of memory that is used again and again, as a
 * hundred sessions append five thousand pieces a second.
 */
export class InputBuffer {
  #format: WireFormat;
  #appendedMs = 0;
  #memory = new Int16Array(FIRST_SAMPLES);
  /** Where in the memory the kept samples lie. */
  #begin = 0;
  #end = 0;
  /** The first half of a sample whose second half is still to come. */
  #half: Uint8Array | null = null;

  constructor(format: WireFormat) {
    this.#format = format;
  }

  /** How much sound has been appended since the session began. */
  get appendedMs(): number {
    return this.#appendedMs;
  }

  get format(): WireFormat {
    return this.#format;
  }

  /** From here on the bytes mean something else; what is already here stays on its place of the clock, unheard. */
  changeFormat(format: WireFormat): void {
    this.#format = format;
    this.#begin = this.#end;
    this.#half = null;
  }

  append(bytes: Uint8Array): Int16Array {
    const samples = decodeAudio(this.#whole(bytes), this.#format);
    this.#makeRoomFor(samples.length);
    this.#memory.set(samples, this.#end);
    this.#end += samples.length;
    this.#appendedMs += samples.length / this.#samplesPerMs;
    this.keepFrom(this.#appendedMs - KEPT_MS);
    return samples;
  }

  /** Lets go of what was before that moment. */
  keepFrom(ms: number): void {
    this.#begin = Math.max(this.#begin, this.#placeOf(ms));
  }

  /** The sound between two moments, as far as it is still here. */
  between(startMs: number, endMs: number): Int16Array {
    return this.#memory.slice(this.#placeOf(startMs), this.#placeOf(endMs));
  }

  get #samplesPerMs(): number {
    return sampleRate(this.#format) / 1_000;
  }

  #placeOf(ms: number): number {
    const place = this.#end - Math.round((this.#appendedMs - ms) * this.#samplesPerMs);
    return Math.min(this.#end, Math.max(this.#begin, place));
  }

  #makeRoomFor(samples: number): void {
    if (this.#end + samples <= this.#memory.length) return;
    const kept = this.#memory.subarray(this.#begin, this.#end);
    const needed = kept.length + samples;
    const memory = needed * 2 > this.#memory.length ? new Int16Array(needed * 2) : this.#memory;
    memory.set(kept);
    this.#memory = memory;
    this.#begin = 0;
    this.#end = kept.length;
  }

  #whole(bytes: Uint8Array): Uint8Array {
    if (this.#format.type !== 'audio/pcm') return bytes;
    const joined = this.#half === null ? bytes : Buffer.concat([this.#half, bytes]);
    const isOdd = joined.length % 2 === 1;
    this.#half = isOdd ? joined.slice(-1) : null;
    return isOdd ? joined.subarray(0, -1) : joined;
  }
}
