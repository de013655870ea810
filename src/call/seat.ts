import { Remembered } from '../limits/remembered.ts';
import type { Clock } from '../ports/clock.ts';
import type {
  Capabilities,
  ContextItem,
  OutOfBandRequest,
  PartId,
  ResponseRequest,
  Session,
  SessionEvent,
  SessionSetup,
  SpeechModel,
} from '../ports/session.ts';
import type { ToolOffer } from '../ports/tools.ts';

export interface SeatParts {
  readonly model: SpeechModel;
  readonly setup: SessionSetup;
  readonly clock: Clock;
  /** What was said and done so far, for a session that was not there. */
  readonly history: () => readonly ContextItem[];
  readonly tell: (event: SessionEvent) => void;
}

/**
 * The model's place in a call: whoever speaks to it need not know that a session is a mortal thing, and another one
 * may sit there a moment later.
 *
 * Each session has a generation, and what one says whose time is over is dropped by its number. What is asked of the
 * model while nobody is ready waits, within bounds; but what is about words of an earlier session goes with it, and what
 * it is told meanwhile comes with the history.
 */
export class Seat implements Session {
  readonly #parts: SeatParts;
  #setup: SessionSetup;
  #current: Sitting | null = null;
  /** It is to follow before the current one ends, and may be ready already. */
  #next: Sitting | null = null;
  #opened = 0;
  readonly #waiting: ((session: Session) => void)[] = [];
  #waitingBytes = 0;
  /** Whose the last answers are: what is left of one may still be heard when its session is over. */
  readonly #answers = new Remembered<number>(LATE_ANSWERS);

  constructor(parts: SeatParts) {
    this.#parts = parts;
    this.#setup = parts.setup;
  }

  /** Whose words the caller hears; the first one is zero. */
  get generation(): number {
    return this.#current?.generation ?? this.#opened;
  }

  get isVacant(): boolean {
    return this.#current === null;
  }

  /** Null while nobody is ready. */
  get capabilities(): Capabilities | null {
    return this.#current?.capabilities ?? null;
  }

  /** It has served for a while: one that follows it may be expected to do so, too. */
  get hasServed(): boolean {
    const readyAt = this.#current?.readyAt ?? null;
    return readyAt !== null && this.#parts.clock.now() - readyAt >= SERVED_MS;
  }

  /** Takes a session, and lets go of the one there is. */
  open(): void {
    this.leave();
    this.#current = this.#sit();
  }

  /** Nobody is needed for a while. */
  leave(): void {
    this.#current?.session.close();
    this.#next?.session.close();
    this.#current = this.#next = null;
  }

  /** Sees to it that there is another one before the current one ends by itself, and changes over when it is quiet. */
  tick(isQuiet: () => boolean): void {
    const current = this.#current;
    if (!current || current.renewAt === null || this.#parts.clock.wallMs() < current.renewAt) return;
    if (!this.#next) this.#next = this.#sit();
    else if (this.#next.capabilities && isQuiet()) {
      const { capabilities } = this.#next;
      current.session.close();
      this.#current = this.#next;
      this.#next = null;
      this.#begins(this.#current, capabilities);
    }
  }

  close(): void {
    this.leave();
    this.#waiting.length = 0;
  }

  get backlogBytes(): number {
    return this.#current?.session.backlogBytes ?? 0;
  }

  hear(audio: Uint8Array): void {
    this.#current?.session.hear(audio);
  }

  respond(request: ResponseRequest): void {
    this.#ask((session) => session.respond(request));
  }

  cancel(responseId: string): void {
    if (this.capabilities?.cancels) this.#current?.session.cancel(responseId);
  }

  truncate(part: PartId, heardMs: number): void {
    const whose = this.#answers.get(part.responseId) ?? this.generation;
    if (whose === this.generation && this.capabilities?.truncates)
      this.#current?.session.truncate(part, heardMs);
  }

  add(item: ContextItem): void {
    if (this.#isToBeRecounted && item.type !== 'image') return; // it is told with all the rest, and once
    const bytes = item.type === 'image' ? item.dataUrl.length : 0;
    this.#ask((session) => session.add(item), bytes);
  }

  askOutOfBand(request: OutOfBandRequest): void {
    this.#ask((session) => session.askOutOfBand(request));
  }

  update(change: { readonly instructions?: string; readonly tools?: readonly ToolOffer[] }): void {
    this.#setup = { ...this.#setup, ...change };
    this.#next?.session.update(change); // it was opened with what was so then
    this.#ask((session) => session.update(change));
  }

  commitTurn(): void {
    this.#current?.session.commitTurn();
  }

  discardTurn(): void {
    this.#current?.session.discardTurn();
  }

  /** Whoever is ready next was not there from the beginning. */
  get #isToBeRecounted(): boolean {
    return this.#current === null || (this.generation > 0 && this.#current.capabilities === null);
  }

  #sit(): Sitting {
    const generation = this.#opened++;
    const session = this.#parts.model.open(this.#setup, (event) => this.#hear(generation, event));
    return { generation, session, capabilities: null, readyAt: null, renewAt: null };
  }

  #hear(generation: number, event: SessionEvent): void {
    if (generation === this.#current?.generation) return this.#ofCurrent(this.#current, event);
    if (generation === this.#next?.generation) this.#ofNext(this.#next, event);
  }

  #ofCurrent(current: Sitting, event: SessionEvent): void {
    if (event.type === 'ready') return this.#begins(current, event.capabilities);
    if (event.type === 'response_started') this.#answers.set(event.responseId, current.generation);
    this.#parts.tell(event);
  }

  #ofNext(next: Sitting, event: SessionEvent): void {
    if (event.type === 'ready') next.capabilities = event.capabilities;
    if (event.type !== 'lost') return; // nobody has said anything to it
    this.#next = null;
    if (this.#current) this.#current.renewAt = this.#parts.clock.wallMs() + TRY_AGAIN_MS;
  }

  #begins(current: Sitting, capabilities: Capabilities): void {
    const { clock, history, tell } = this.#parts;
    current.capabilities = capabilities;
    current.readyAt = clock.now();
    current.renewAt = renewAtOf(capabilities, clock.wallMs());
    if (current.generation > 0) this.#recount(current.session, capabilities, history());
    for (const command of this.#waiting.splice(0)) command(current.session);
    this.#waitingBytes = 0;
    tell({ type: 'ready', capabilities });
  }

  #recount(session: Session, { takesHistory }: Capabilities, history: readonly ContextItem[]): void {
    if (takesHistory) for (const item of history) session.add(item);
    else if (history.length > 0) session.add({ type: 'text', from: 'house', text: inOneText(history) });
  }

  #ask(command: (session: Session) => void, bytes = 0): void {
    if (this.#current?.capabilities) return command(this.#current.session);
    if (this.#waiting.length >= MOST_WAITING || this.#waitingBytes + bytes > MOST_WAITING_BYTES) {
      return this.#parts.tell({ type: 'problem', code: 'too_much_before_ready' });
    }
    this.#waiting.push(command);
    this.#waitingBytes += bytes;
  }
}

interface Sitting {
  readonly generation: number;
  readonly session: Session;
  capabilities: Capabilities | null;
  readyAt: number | null;
  /** When to look for the next one, by the time of day; null: nothing is known of its end. */
  renewAt: number | null;
}

/** A session without a future says so by mistake, or one of the clocks is wrong: it is taken as it comes. */
function renewAtOf({ expiresAt }: Capabilities, wallMs: number): number | null {
  if (expiresAt === null || expiresAt <= wallMs) return null;
  return Math.max(expiresAt - RENEW_BEFORE_MS, wallMs + SERVED_MS);
}

function inOneText(history: readonly ContextItem[]): string {
  const lines = history.flatMap((item) =>
    item.type === 'text' ? [`${SPEAKERS[item.from]}: ${item.text}`] : [],
  );
  return `You are in the middle of this conversation. So far:\n${lines.join('\n')}`;
}

const SPEAKERS = { caller: 'Caller', agent: 'You', house: 'Note' } as const;

/** Long enough to find a quiet moment, and to try more than once. */
const RENEW_BEFORE_MS = 2 * 60_000;
const TRY_AGAIN_MS = 20_000;

/** A session that is over sooner than this would be followed by others that are. */
const SERVED_MS = 60_000;

/** An answer or two is heard at a time, not dozens. */
const LATE_ANSWERS = 32;

const MOST_WAITING = 64;

/** A picture of the largest kind that a phone sends, as text. */
const MOST_WAITING_BYTES = 8 * 1024 * 1024;
