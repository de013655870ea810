import type { RealtimeClientEvent } from 'openai/resources/realtime/realtime';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type {
  Capabilities,
  ContextItem,
  OutOfBandRequest,
  PartId,
  RemoteTools,
  ResponseRequest,
  Session,
  SessionEvent,
  SessionLost,
  SessionSetup,
} from '../../ports/session.ts';
import type { ToolOffer } from '../../ports/tools.ts';
import { hintFor, type OpenAIAccess } from './access.ts';
import { Allowance } from './allowance.ts';
import { appendFrame, appendMessage } from './append-frame.ts';
import { Connection } from './connection.ts';
import { codeOf } from './error-codes.ts';
import { News } from './news.ts';
import { Requests } from './requests.ts';
import { type OpenAIDefaults, toolsConfig } from './session-setup.ts';

/** What is asked for before there is anybody to ask: kept in its order, within bounds. */
class EarlyRequests {
  #waiting: RealtimeClientEvent[] = [];
  #bytes = 0;

  /** False: there is no room for it. */
  keep(request: RealtimeClientEvent, bytes: number): boolean {
    if (this.#waiting.length >= MOST_WAITING || this.#bytes + bytes > MOST_BYTES) return false;
    this.#waiting.push(request);
    this.#bytes += bytes;
    return true;
  }

  /** All of it: nothing of it is left here. */
  take(): readonly RealtimeClientEvent[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#bytes = 0;
    return waiting;
  }
}

const MOST_WAITING = 64;

/** A picture of the largest kind that a phone sends, as text. */
const MOST_BYTES = 8 * 1024 * 1024;

/** A conversation over the Realtime API. What is asked before it is ready waits; after it is over nothing is. */
export class OpenAISession implements Session {
  readonly #listener: (event: SessionEvent) => void;
  readonly #connection: Connection;
  readonly #requests = new Requests();
  readonly #early = new EarlyRequests();
  readonly #remoteTools: readonly RemoteTools[];
  readonly #timers = new Set<Cancel>();
  #news: News | null = null;
  /** The caller's turn ended before the model was there to hear of it. */
  #commitIsDue = false;
  #isOver = false;

  constructor(
    access: OpenAIAccess,
    defaults: OpenAIDefaults,
    setup: SessionSetup,
    clock: Clock,
    listener: (event: SessionEvent) => void,
  ) {
    this.#listener = listener;
    this.#remoteTools = setup.remoteTools;
    const { detection } = setup.turnTaking;
    const newsOf = ({ formats: { output } }: Capabilities) =>
      new News(
        {
          requests: this.#requests,
          allowance: new Allowance(clock),
          pauseMs: detection.type === 'server_vad' ? detection.silenceMs : 0,
          transcriptionModel: defaults.transcription?.model ?? '',
          tell: (event) => this.#tell(event),
          send: (request) => this.#send(request),
          soon: (run) => this.#soon(clock, run),
        },
        output === 'pcm24',
      );
    const setUp = (session: SessionUpdate) => JSON.stringify(this.#requests.setUp(session));
    this.#connection = new Connection(
      { access, defaults, setup, clock, setUp },
      {
        ready: (capabilities) => this.#begin(capabilities, newsOf(capabilities)),
        message: (text) => this.#news?.take(text),
        problem: (code) => this.#tell({ type: 'problem', code: codeOf(code) }),
        lost: (reason, detail) => {
          const hint = this.#news ? null : hintFor(access, codeOf(detail));
          this.#lose(reason, detail, hint);
        },
      },
    );
  }

  get backlogBytes(): number {
    return this.#connection.backlogBytes;
  }

  hear(audio: Uint8Array): void {
    if (!this.#news) return;
    const frame = appendFrame(audio);
    if (frame === null || !this.#connection.sendFrame(frame)) this.#connection.send(appendMessage(audio));
  }

  respond(request: ResponseRequest): void {
    this.#ask(this.#requests.answer(request));
  }

  cancel(responseId: string): void {
    this.#ask(this.#requests.cancellation(responseId));
  }

  truncate(part: PartId, heardMs: number): void {
    this.#ask(this.#requests.truncation(part, heardMs));
  }

  add(item: ContextItem): void {
    this.#ask(this.#requests.item(item));
  }

  askOutOfBand(request: OutOfBandRequest): void {
    this.#ask(this.#requests.outOfBandAnswer(request));
  }

  update(change: { readonly instructions?: string; readonly tools?: readonly ToolOffer[] }): void {
    const { instructions, tools } = change;
    this.#ask(
      this.#requests.change({
        type: 'realtime',
        ...(instructions !== undefined && { instructions }),
        ...(tools && { tools: toolsConfig(tools, this.#remoteTools) }),
      }),
    );
  }

  commitTurn(): void {
    if (this.#news) this.#send(this.#requests.commit());
    else this.#commitIsDue = true; // behind the sound, which is not here yet
  }

  discardTurn(): void {
    if (this.#news) this.#send(this.#requests.clear());
    else this.#commitIsDue = false;
  }

  close(): void {
    this.#isOver = true;
    for (const cancel of this.#timers) cancel();
    this.#connection.close();
  }

  /** The caller's sound is delivered while the news of it is told: what was asked comes before that, and its end after. */
  #begin(capabilities: Capabilities, news: News): void {
    this.#news = news;
    for (const request of this.#early.take()) this.#send(request);
    this.#tell({ type: 'ready', capabilities });
    if (this.#commitIsDue) this.commitTurn();
  }

  #ask(request: RealtimeClientEvent): void {
    if (this.#isOver) return;
    if (this.#news) return this.#send(request);
    if (!this.#early.keep(request, JSON.stringify(request).length)) {
      this.#tell({ type: 'problem', code: 'too_much_before_ready' });
    }
  }

  #send(request: RealtimeClientEvent): void {
    this.#connection.send(JSON.stringify(request));
  }

  #soon(clock: Clock, run: () => void): void {
    const cancel = clock.after(SOON_MS, () => {
      this.#timers.delete(cancel);
      if (!this.#isOver) run();
    });
    this.#timers.add(cancel);
  }

  #tell(event: SessionEvent): void {
    if (this.#isOver) return;
    if (event.type === 'lost') this.#lose(event.reason, event.detail, event.hint ?? null);
    else this.#listener(event);
  }

  #lose(reason: SessionLost, detail: string, hint: string | null): void {
    if (this.#isOver) return;
    this.close();
    this.#listener({ type: 'lost', reason, detail: codeOf(detail), ...(hint !== null && { hint }) });
  }
}

type SessionUpdate = Parameters<Requests['setUp']>[0];

/** What belongs together comes together, as a rule; nobody waits longer than this for the rest of it. */
const SOON_MS = 500;
