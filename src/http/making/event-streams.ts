import type { Cancel, Clock } from '../../ports/clock.ts';

/** A page that is told of things as they happen (server-sent events). */
export interface EventStream {
  /** All there is so far, which nobody has fallen behind with. */
  begin(bytes: Uint8Array): void;
  push(bytes: Uint8Array): void;
  /** After what was pushed. */
  end(): void;
  /** Whoever reads asks again, and is told everything anew. */
  cut(): void;
}

/** What a page is written to; an answer of a server's is one. */
export interface Sink {
  readonly destroyed: boolean;
  readonly writableLength: number;
  write(bytes: Uint8Array): unknown;
  end(): unknown;
  destroy(): unknown;
  once(event: 'close', run: () => void): unknown;
}

/**
 * All pages that are told of things. To write to five hundred of them takes longer than the gap between two frames of
 * sound, so they are written to a few at a time, and whatever came for one meanwhile goes in one piece.
 */
export class EventStreams {
  readonly #clock: Clock;
  readonly #open = new Set<Stream>();
  readonly #due = new Set<Stream>();
  #stopBeating: Cancel = () => {};
  #isWriting = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#open.size;
  }

  /** `gone` runs once, when the page has left or was let go. */
  open(sink: Sink, gone: () => void): EventStream {
    const stream = new Stream(sink, () => this.#isDue(stream));
    if (this.#open.size === 0) this.#beat();
    this.#open.add(stream);
    const leave = () => {
      if (!this.#open.delete(stream)) return;
      this.#due.delete(stream);
      if (this.#open.size === 0) this.#stopBeating();
      gone();
    };
    sink.once('close', leave);
    if (sink.destroyed) leave();
    else stream.push(RETRY);
    return stream;
  }

  cutAll(): void {
    for (const stream of this.#open) stream.cut();
  }

  #beat(): void {
    this.#stopBeating = this.#clock.every(HEARTBEAT_MS, () => {
      for (const stream of this.#open) stream.push(HEARTBEAT);
    });
  }

  #isDue(stream: Stream): void {
    this.#due.add(stream);
    if (this.#isWriting) return;
    this.#isWriting = true;
    setImmediate(() => this.#writeSome());
  }

  #writeSome(): void {
    let written = 0;
    for (const stream of this.#due) {
      if (written++ === WRITTEN_AT_ONCE) break;
      this.#due.delete(stream);
      stream.write();
    }
    this.#isWriting = this.#due.size > 0;
    if (this.#isWriting) setImmediate(() => this.#writeSome()); // calls have their turn in between
  }
}

class Stream implements EventStream {
  readonly #sink: Sink;
  readonly #isDue: () => void;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  /** What it has been told first may be long; how far it may fall behind counts from there. */
  #mostBytes = MOST_WAITING_BYTES;
  #isEnding = false;
  #isCut = false;

  constructor(sink: Sink, isDue: () => void) {
    this.#sink = sink;
    this.#isDue = isDue;
  }

  push(bytes: Uint8Array): void {
    if (this.#sink.destroyed || this.#isEnding || this.#isCut) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes + this.#sink.writableLength > this.#mostBytes) this.cut();
    else this.#isDue();
  }

  /** All there is so far, which nobody has fallen behind with. */
  begin(bytes: Uint8Array): void {
    this.#mostBytes += bytes.length;
    this.push(bytes);
  }

  write(): void {
    if (this.#isCut) return void this.#sink.destroy();
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (this.#sink.destroyed) return;
    const [first] = waiting;
    if (first) this.#sink.write(waiting.length === 1 ? first : Buffer.concat(waiting));
    if (this.#isEnding) this.#sink.end();
  }

  end(): void {
    this.#isEnding = true;
    this.#isDue();
  }

  cut(): void {
    this.#waiting = [];
    this.#isCut = true;
    this.#isDue();
  }
}

const encoder = new TextEncoder();
const RETRY = encoder.encode('retry: 1500\n\n');
const HEARTBEAT = encoder.encode(': still here\n\n');

/** Proxies cut what is silent for a minute, as a rule. */
const HEARTBEAT_MS = 20_000;

/** A page that is so far behind does not read. */
const MOST_WAITING_BYTES = 512 * 1024;

/** About half a millisecond of the thread that carries calls. */
const WRITTEN_AT_ONCE = 16;
