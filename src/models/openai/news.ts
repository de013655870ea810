import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import { unreachable } from '../../errors.ts';
import type { RemoteCall, ResponseOutcome, SessionEvent } from '../../ports/session.ts';
import type { Allowance, Weight } from './allowance.ts';
import { BUSY_CODE, codeOf, detailOf, isHarmless, lossOf } from './error-codes.ts';
import type { Requests } from './requests.ts';
import {
  headingOf,
  readServerEvent,
  type ServerError,
  type ServerEvent,
  type ServerItem,
  type ServerResponse,
  transcriptionOf,
  unknownEvent,
  usageOf,
} from './server-events.ts';
import { Sounds } from './sounds.ts';
import { McpCalls, ToolCalls } from './tool-calls.ts';

export interface NewsParts {
  readonly requests: Requests;
  readonly allowance: Allowance;
  /** What the server reports as the end of speech includes the pause that it waited for. */
  readonly pauseMs: number;
  readonly transcriptionModel: string;
  readonly tell: (event: SessionEvent) => void;
  readonly send: (request: RealtimeClientEvent) => void;
  /** Runs something a moment later, if the session goes on until then. */
  readonly soon: (run: () => void) => void;
}

/** What the server says once it is ready, in a call's own terms. */
export class News {
  readonly #parts: NewsParts;
  readonly #sounds: Sounds;
  readonly #toolCalls = new ToolCalls();
  readonly #mcpCalls: McpCalls;
  /** Answers we know of, so that one announced twice, or not at all, begins once. */
  readonly #begun: string[] = [];
  /** What the last words were of. */
  #line: string | null = null;
  /** Oddities that were told of: each is a word in the log, and not one for every message. */
  readonly #oddities = new Set<string>();

  constructor(parts: NewsParts, isOfSamples: boolean) {
    this.#parts = parts;
    this.#sounds = new Sounds(isOfSamples);
    this.#mcpCalls = new McpCalls((news) => {
      if (news.type === 'problem') this.#odd(codeOf(news.code), news.hint);
      else if (news.type === 'remote_call') this.#tellRemoteCall(news.call);
      else if (this.#keep(news.output)) parts.tell(news);
    }, parts.soon);
  }

  /** A message of the server's. */
  take(text: Buffer): void {
    const sound = this.#sounds.read(text);
    if (sound) return this.#afford(text.length, 'sound') ? this.#speak(sound) : undefined;
    const { name, is } = headingOf(text);
    const weight = weightOf(name);
    if (!this.#afford(text.length, weight)) return;
    if (is === 'of no interest') return;
    if (is === 'unknown') return this.#odd(unknownEvent(name ?? ''));
    if (weight === 'echo' && text.length > MOST_ECHO_BYTES) return; // a picture of ours
    if (weight === 'word' && text.length > MOST_BYTES) return this.#odd(`too_large_${name}`);
    const reading = readServerEvent(text);
    const isSound = reading.type === 'event' && reading.event.type === SOUND;
    if (name === null && !isSound && !this.#afford(text.length, 'word')) return;
    if (reading.type === 'odd') return this.#odd(reading.code);
    if (reading.type === 'event') this.#on(reading.event);
  }

  #on(event: ServerEvent): void {
    const { tell, requests, pauseMs, transcriptionModel } = this.#parts;
    switch (event.type) {
      case 'session.created':
      case 'session.updated':
        return;
      case 'input_audio_buffer.speech_started':
        return this.#keep('') ? tell({ type: 'speech_started', itemId: event.item_id ?? null }) : undefined;
      case 'input_audio_buffer.speech_stopped':
        requests.correlation.turnEnded();
        if (!this.#keep('')) return;
        return tell({
          type: 'speech_stopped',
          itemId: event.item_id ?? null,
          ...(typeof event.audio_end_ms === 'number' && { endedMs: event.audio_end_ms - pauseMs }),
        });
      case 'conversation.item.input_audio_transcription.completed': {
        const { item_id: itemId = null, transcript: text, usage } = event;
        const transcription = transcriptionOf(transcriptionModel, usage);
        if (!this.#keep(text)) return;
        return tell({ type: 'caller_words', itemId, text, ...(transcription && { transcription }) });
      }
      case 'conversation.item.input_audio_transcription.failed': {
        const { code, type } = event.error ?? {};
        return this.#odd('transcription_failed', unwritten(codeOf(code ?? type ?? 'unexplained')));
      }
      case 'response.created':
        if (!requests.outOfBand.begins(event.response)) this.#begin(event.response.id, event.response);
        return;
      case 'response.output_audio.delta':
        return this.#speak(this.#sounds.sound(event));
      case 'response.output_audio.done':
        return tell({ type: 'audio_done', part: this.#sounds.part(event) });
      case 'response.output_audio_transcript.delta':
        this.#begin(event.response_id);
        if (this.#keepWords(event.item_id, event.delta))
          tell({ type: 'words', part: this.#sounds.part(event), text: event.delta });
        return;
      case 'response.output_text.delta':
        if (requests.outOfBand.has(event.response_id)) return;
        this.#begin(event.response_id);
        if (this.#keepWords(event.response_id, event.delta))
          tell({ type: 'writing', part: this.#sounds.part(event), text: event.delta });
        return;
      case 'conversation.item.added':
      case 'conversation.item.done':
        return this.#item(event.item, '', event.type === 'conversation.item.done');
      case 'response.output_item.added':
      case 'response.output_item.done':
        if (event.type === 'response.output_item.done') this.#tellToolCall(event.response_id, event.item);
        return this.#item(event.item, event.response_id, event.type === 'response.output_item.done');
      case 'response.mcp_call_arguments.done':
        return this.#mcpCalls.argumentsDone(event.item_id, event.arguments ?? '', event.response_id);
      case 'response.mcp_call.in_progress':
        return this.#mcpCalls.inProgress(event.item_id);
      case 'response.mcp_call.completed':
        return this.#mcpCalls.over(event.item_id, 'ok');
      case 'response.mcp_call.failed':
        return this.#mcpCalls.over(event.item_id, 'failed');
      case 'mcp_list_tools.failed':
        return this.#mcpCalls.listFailed(event.item_id ?? null);
      case 'response.done':
        return this.#finish(event.response);
      case 'error':
        return this.#onError(event.error);
      default:
        return unreachable(event);
    }
  }

  #speak(sound: Extract<SessionEvent, { type: 'audio' }> & { readonly wasMended: boolean }): void {
    const { wasMended, ...news } = sound;
    if (wasMended) this.#odd('sound_lost_a_byte');
    this.#begin(news.part.responseId);
    if (news.audio.length > 0) this.#parts.tell(news);
  }

  #begin(responseId: string, response?: ServerResponse): void {
    if (this.#begun.at(-1) === responseId || this.#begun.includes(responseId)) return;
    this.#begun.push(responseId);
    if (this.#begun.length > MOST_BEGUN) this.#begun.shift();
    const requestId = this.#parts.requests.correlation.servedBy(response?.metadata);
    this.#parts.tell({ type: 'response_started', responseId, requestId });
  }

  #item(item: ServerItem, responseId: string, isWhole: boolean): void {
    const { tell, send, requests } = this.#parts;
    if (item.type === 'function_call_output' && item.call_id) {
      return tell({ type: 'tool_output_taken', toolCallId: item.call_id });
    }
    const asking = this.#mcpCalls.item(item, responseId, isWhole);
    if (asking === null) return;
    send(requests.denial(asking));
    this.#mcpCalls.denied(item, responseId);
  }

  /** Some events do not name the answer: it is the one that is being made. */
  #tellRemoteCall(call: RemoteCall): void {
    const responseId = call.responseId || (this.#begun.at(-1) ?? '');
    if (this.#keep(call.server + call.name + call.arguments)) {
      this.#parts.tell({ type: 'remote_call', call: { ...call, responseId } });
    }
  }

  #tellToolCall(responseId: string, item: ServerItem): void {
    const call = this.#parts.requests.outOfBand.has(responseId) ? null : this.#toolCalls.read(item);
    if (call && this.#keep(call.arguments))
      this.#parts.tell({ type: 'tool_call', responseId, itemId: item.id ?? null, call });
  }

  #finish(response: ServerResponse): void {
    const { tell, requests } = this.#parts;
    const beside = requests.outOfBand.finished(response);
    if (beside) return tell({ type: 'out_of_band_answered', ...beside });
    this.#begin(response.id, response);
    for (const item of response.output ?? []) this.#tellToolCall(response.id, item); // some say it only here
    const outcome = OUTCOMES.get(response.status ?? '') ?? 'failed';
    const reason = outcome === 'completed' ? null : codeOf(detailOf(response.status_details));
    if (outcome === 'failed' || outcome === 'incomplete') this.#problem(`response_${outcome}_${reason}`);
    if (!this.#keep('')) return;
    tell({
      type: 'response_done',
      responseId: response.id,
      outcome,
      ...(reason !== null && { reason }),
      usage: usageOf(response.usage),
    });
  }

  #onError(error: ServerError): void {
    const { tell, send, requests } = this.#parts;
    const code = error.code ?? error.type ?? 'unknown';
    const loss = lossOf(error);
    if (loss) return tell({ type: 'lost', reason: loss, detail: codeOf(code) });
    if (isHarmless(error)) return;

    const refusal = requests.refused(error);
    switch (refusal.what) {
      case 'truncation':
        if (refusal.correction) send(refusal.correction);
        return;
      case 'out_of_band':
        tell({ type: 'out_of_band_answered', askId: refusal.askId, text: null });
        return this.#problem(code);
      case 'answer': {
        const because = code === BUSY_CODE ? 'busy' : 'rejected';
        tell({ type: 'response_refused', requestId: refusal.requestId, because });
        return because === 'busy' ? undefined : this.#problem(code);
      }
      case 'other':
        if (code === BUSY_CODE) return tell({ type: 'response_refused', requestId: null, because: 'busy' });
        return this.#problem(refusal.kind === null ? code : `${refusal.kind}_refused_${codeOf(code)}`);
      default:
        return unreachable(refusal);
    }
  }

  #problem(code: string): void {
    if (this.#keep(code)) this.#parts.tell({ type: 'problem', code: codeOf(code) });
  }

  /** Told once for each kind, and of so many kinds: an event nobody knows may come ten times a second. */
  #odd(what: string, hint?: string): void {
    const code = this.#oddities.size < MOST_ODDITIES ? codeOf(what) : 'more_oddities';
    if (this.#oddities.has(code)) return;
    this.#oddities.add(code);
    this.#parts.tell({ type: 'problem', code, ...(hint !== undefined && { hint }) });
  }

  #afford(bytes: number, weight: Weight): boolean {
    return this.#parts.allowance.takes(bytes, weight) || this.#flooded();
  }

  #keep(text: string): boolean {
    return this.#parts.allowance.keeps(text.length) || this.#flooded();
  }

  /** Words that come one by one, of one line: each line is a record, and not each of its words. */
  #keepWords(line: string, text: string): boolean {
    if (this.#line !== line) {
      this.#line = line;
      return this.#keep(text);
    }
    return this.#parts.allowance.keepsMore(text.length) || this.#flooded();
  }

  #flooded(): false {
    this.#parts.tell({
      type: 'lost',
      reason: 'dropped',
      detail: 'model_flooded',
      hint: 'The model’s side sent more than any conversation needs, so that other calls would have suffered. See what it sent.',
    });
    return false;
  }
}

function unwritten(code: string): string {
  return `The model’s side could not put down in writing what a caller said (${code}); the agent hears them all the same. If it goes on, see TRANSCRIPTION_MODEL and the account’s limits.`;
}

function weightOf(name: string | null): Weight {
  if (name === SOUND || name === null) return 'sound';
  return name.startsWith('conversation.item.') && !name.includes('transcription') ? 'echo' : 'word';
}

const OUTCOMES: ReadonlyMap<string, ResponseOutcome> = new Map([
  ['completed', 'completed'],
  ['cancelled', 'cancelled'],
  ['incomplete', 'incomplete'],
  ['failed', 'failed'],
]);

const SOUND = 'response.output_audio.delta';
const MOST_BEGUN = 32;
const MOST_ODDITIES = 16;

/** Of one message: an answer with everything in it, and the output of a tool. Sound may be as long as a message may. */
const MOST_BYTES = 1024 * 1024;
const MOST_ECHO_BYTES = 256 * 1024;
