import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Bytes, FromMaker, Made, PageRequest, ToMaker, Whole } from './page-requests.ts';

/** What becomes of a wish. */
export type Answer =
  | Exclude<Made, Whole>
  | (Whole & { readonly rest: Rest | null })
  /** Too many want something at once. */
  | { readonly type: 'busy' }
  /** Whoever makes pages is not there just now. */
  | { readonly type: 'gone' }
  /** A mistake of ours: what it is, without anybody's words. */
  | { readonly type: 'failed'; readonly message: string };

/** What comes after the first bytes of a file. Whoever has it stops it when they want no more, also before any came. */
export interface Rest {
  /** A piece, when it is asked for; null: that was all. Rejects if it cannot be made. */
  next(): Promise<Bytes | null>;
  stop(): void;
}

interface Waiting {
  readonly wanted: PageRequest;
  readonly settle: (answer: Answer) => void;
}

/**
 * What people wish to read, a few things at a time. The others wait here, where whoever leaves is forgotten, and not
 * in the thread that makes pages, where what is told of live calls would wait behind them.
 */
export class PageQueue {
  readonly #post: (message: ToMaker) => boolean;
  readonly #clock: Clock;
  readonly #stuck: () => void;
  readonly #waiting = new Set<Waiting>();
  readonly #making = new Map<number, Waiting & { readonly cancel: Cancel }>();
  /** Files that go on, and whoever waits for the next piece of them. */
  readonly #files = new Map<number, ((piece: Piece) => void) | null>();
  #lastId = 0;
  #refused = 0;

  /** `stuck`: something has taken so long that no answer can be expected any more. */
  constructor(post: (message: ToMaker) => boolean, clock: Clock, stuck: () => void) {
    this.#post = post;
    this.#clock = clock;
    this.#stuck = stuck;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** How often there were too many. */
  get refused(): number {
    return this.#refused;
  }

  /** `left`: whoever wanted it does so no longer. */
  make(wanted: PageRequest, left: AbortSignal): Promise<Answer> {
    const isFull =
      this.#waiting.size >= MOST_WAITING || (wanted.type === 'calls_file' && this.#files.size >= MOST_FILES);
    if (isFull || left.aborted) {
      if (isFull) this.#refused += 1;
      return Promise.resolve(BUSY);
    }
    return new Promise((resolve) => {
      const waiting: Waiting = {
        wanted,
        settle: (answer) => {
          giveUp();
          left.removeEventListener('abort', leave);
          resolve(answer);
        },
      };
      const leave = () => {
        if (this.#waiting.delete(waiting)) waiting.settle(BUSY); // what is being made already is made
      };
      const giveUp = this.#clock.after(LONGEST_WAIT_MS, () => {
        if (!this.#waiting.delete(waiting)) return;
        this.#refused += 1;
        waiting.settle(BUSY);
      });
      left.addEventListener('abort', leave);
      this.#waiting.add(waiting);
      this.#goOn();
    });
  }

  hear(message: Extract<FromMaker, { type: 'made' | 'piece' | 'failed' }>): void {
    const { id } = message;
    switch (message.type) {
      case 'made':
        return this.#made(id, this.#withRest(id, message.made));
      case 'piece':
        return this.#piece(id, message.bytes);
      case 'failed':
        if (this.#files.has(id)) return this.#piece(id, new Error(message.message));
        return this.#made(id, { type: 'failed', message: message.message });
    }
  }

  /** The thread is gone, and what it had in hand with it. */
  gone(): void {
    const lost = [...this.#making.values()];
    this.#making.clear();
    for (const id of [...this.#files.keys()])
      this.#piece(id, new Error('The thread that made it has ended.'));
    for (const { settle, cancel } of lost) {
      cancel();
      settle(GONE);
    }
    this.#goOn();
  }

  /** One at a time of each call, so that twenty who want one long call hold up nobody who wants another. */
  #goOn(): void {
    for (const waiting of this.#waiting) {
      if (this.#making.size >= AT_ONCE) return;
      const callId = callOf(waiting.wanted);
      const isHeldUp =
        callId !== null && [...this.#making.values()].some(({ wanted }) => callOf(wanted) === callId);
      if (!isHeldUp) this.#begin(waiting);
    }
  }

  #begin(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    const id = ++this.#lastId;
    if (!this.#post({ type: 'wanted', id, wanted: waiting.wanted })) return waiting.settle(GONE);
    this.#making.set(id, { ...waiting, cancel: this.#clock.after(STUCK_MS, this.#stuck) });
  }

  #made(id: number, answer: Answer): void {
    const making = this.#making.get(id);
    if (!making) return;
    this.#making.delete(id);
    making.cancel();
    making.settle(answer);
    this.#goOn();
  }

  #withRest(id: number, made: Made): Answer {
    if (made.type !== 'whole') return made;
    if (!made.goesOn) return { ...made, rest: null };
    this.#files.set(id, null);
    return { ...made, rest: this.#rest(id) };
  }

  #rest(id: number): Rest {
    return {
      next: async () => {
        const piece = await this.#next(id);
        if (piece instanceof Error) throw piece;
        return piece;
      },
      stop: () => {
        if (this.#files.delete(id)) this.#post({ type: 'enough', id });
      },
    };
  }

  #next(id: number): Promise<Piece> {
    return new Promise((resolve) => {
      const isThere = this.#files.has(id) && this.#post({ type: 'more', id });
      if (isThere) this.#files.set(id, resolve);
      else resolve(new Error('The thread that made it has ended.'));
    });
  }

  #piece(id: number, piece: Piece): void {
    const take = this.#files.get(id);
    if (piece === null || piece instanceof Error) this.#files.delete(id);
    else if (take) this.#files.set(id, null);
    take?.(piece);
  }
}

type Piece = Bytes | null | Error;

function callOf(wanted: PageRequest): string | null {
  return wanted.type === 'call_page' || wanted.type === 'call' ? wanted.callId : null;
}

const BUSY = { type: 'busy' } as const satisfies Answer;
const GONE = { type: 'gone' } as const satisfies Answer;

/** One is made while another waits for a database. */
const AT_ONCE = 2;

/** More people than look at one house at once; a minute of the longest pages. */
const MOST_WAITING = 100;
const LONGEST_WAIT_MS = 15_000;

/** Files of many calls are taken as slowly as whoever takes them likes. */
const MOST_FILES = 8;

/** Longer than a database is waited for. */
const STUCK_MS = 30_000;
