import type { Cancel } from '../../../src/ports/clock.ts';
import type { Leg, LegEvent, LegGone } from '../../../src/ports/leg.ts';
import type { DialRequest } from '../../../src/ports/phone-call.ts';
import { PlayOut } from '../../../src/practice/phone/play-out.ts';
import type { Delay } from '../../../src/testing/simulated-phone.ts';
import type { TestClock } from '../test-clock.ts';

/** How the line is: how long sound is on its way to the phone, and a mark on its way back. */
export interface Line {
  readonly downMs: number;
  markMs: Delay;
}

/** Whoever is with the caller, and hears what they hear. */
export interface Company {
  /** Something is asked of the phone. */
  told(what: string): void;
  /** The caller hears something of the answer with this code, … */
  hears(code: number): void;
  /** … or whatever it is, so long after it was sent. */
  hearsAfter(ms: number): void;
  /** The phone takes what is on its line again. */
  listensAgain(deafSince: number): void;
}

/**
 * A phone as the carrier's leg: plays what it is given at one second per second, gives marks back in their order, and
 * knows when its user last heard something, and how much of the agent's speech, byte by byte.
 *
 * Every answer of the crossing's model is one μ-law code, over and over; sound that is none of these is the house's own.
 */
export class CrossingPhone implements Leg {
  readonly id = 'crossing';
  readonly format = 'pcmu';
  readonly #clock: TestClock;
  readonly #line: Line;
  readonly #company: Company;
  readonly ear = new PlayOut((audio, atMs) => this.#hear(audio, atMs));
  readonly transfers: string[] = [];
  backlogBytes = 0;
  clears = 0;
  wasDeaf = false;
  isClosed = false;
  /** Whether the carrier does as it is told. */
  canTransfer = true;
  speechHeardMs = 0;
  /** By code. */
  readonly heardMs = new Map<number, number>();
  lastSpeechAt = Number.NEGATIVE_INFINITY;
  #listener: (event: LegEvent) => void = () => {};
  #markReturnsAt = 0;
  #unread: { readonly since: number; readonly arrivals: (() => void)[] } | null = null;
  /** What waits to be played, and when it was sent. */
  readonly #waiting: { bytes: number; sentAt: number }[] = [];
  #cancelLook: Cancel = () => {};
  #cancelDeafness: Cancel = () => {};

  constructor(clock: TestClock, line: Line, company: Company) {
    this.#clock = clock;
    this.#line = line;
    this.#company = company;
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener;
  }

  brings(event: LegEvent): void {
    if (!this.isClosed) this.#listener(event);
  }

  /** The line breaks off, or the caller puts the phone down. */
  goes(reason: LegGone): void {
    this.brings({ type: 'gone', reason });
    this.isClosed = true;
    this.#cancelLook();
    this.#cancelDeafness();
  }

  play(audio: Uint8Array): void {
    this.#company.told('play');
    const sound = audio.slice();
    const sentAt = this.#clock.now();
    this.#arrives(() => {
      this.ear.arrive(sound, this.#clock.now());
      this.#waiting.push({ bytes: sound.length, sentAt });
    });
  }

  mark(name: string): void {
    this.#company.told('mark');
    this.#arrives(() => this.#give(this.ear.mark(name)));
  }

  ping(name: string): void {
    this.#arrives(() => void this.#clock.after(PONG_MS, () => this.brings({ type: 'pong', name })));
  }

  /** Takes nothing off its line for so long, while it plays what it has; and then all of it at once. */
  isDeafFor(ms: number): void {
    if (this.#unread) return; // or it would be for longer than any line that has hope
    this.wasDeaf = true;
    this.#unread = { since: this.#clock.now(), arrivals: [] };
    this.#cancelDeafness = this.#clock.after(ms, () => this.#listensAgain());
  }

  get isDeaf(): boolean {
    return this.#unread !== null;
  }

  clear(): void {
    this.#company.told('clear');
    this.clears += 1;
    this.#arrives(() => {
      this.#waiting.length = 0;
      this.#give(this.ear.clear());
    });
  }

  hangUp(): void {
    this.#company.told('hang up');
    this.close();
  }

  async transfer({ number }: DialRequest): Promise<boolean> {
    this.#company.told('transfer');
    this.transfers.push(number);
    if (!this.canTransfer) return false;
    this.#clock.after(GONE_MS, () => this.goes('hung_up')); // the carrier takes the stream away, and then dials
    return true;
  }

  close(): void {
    this.isClosed = true;
    this.#cancelLook();
    this.#cancelDeafness();
  }

  /** Something can be heard at this moment. */
  get isPlaying(): boolean {
    this.#give(this.ear.advance(this.#clock.now()));
    return this.ear.isPlaying;
  }

  #arrives(act: () => void): void {
    const arrive = () => {
      if (this.isClosed) return;
      if (this.#unread) return void this.#unread.arrivals.push(arrive);
      this.#give(this.ear.advance(this.#clock.now()));
      act();
      this.#look();
    };
    if (this.#line.downMs === 0) arrive();
    else this.#clock.after(this.#line.downMs, arrive);
  }

  #listensAgain(): void {
    if (!this.#unread || this.isClosed) return;
    const { since, arrivals } = this.#unread;
    this.#unread = null;
    for (const arrive of arrivals) arrive();
    this.#company.listensAgain(since);
  }

  /** Looks again when the next mark is due. */
  #look(): void {
    this.#cancelLook();
    const due = this.ear.nextMarkAt;
    if (due === null) return;
    this.#cancelLook = this.#clock.after(due - this.#clock.now(), () => {
      this.#give(this.ear.advance(this.#clock.now()));
      this.#look();
    });
  }

  #give(names: readonly string[]): void {
    const { markMs } = this.#line;
    for (const name of names) {
      const now = this.#clock.now();
      const lateMs = typeof markMs === 'number' ? markMs : markMs(now);
      this.#markReturnsAt = Math.max(this.#markReturnsAt, now + lateMs);
      this.#clock.after(this.#markReturnsAt - now, () => this.brings({ type: 'mark', name }));
    }
  }

  /** Stretch by stretch of one code; what changes faster than that is no speech. */
  #hear(audio: Uint8Array, atMs: number): void {
    this.#wasSent(audio.length, atMs);
    for (let from = 0, at = 1; from < audio.length; at += 1) {
      if (at < audio.length && audio[at] === audio[from]) continue;
      if (at - from >= LEAST_OF_ONE) this.#heard(audio[from] ?? 0, (at - from) / BYTES_PER_MS);
      from = at;
    }
  }

  #heard(code: number, ms: number): void {
    this.heardMs.set(code, (this.heardMs.get(code) ?? 0) + ms);
    this.speechHeardMs += ms;
    this.lastSpeechAt = this.#clock.now();
    this.#company.hears(code);
  }

  #wasSent(bytes: number, atMs: number): void {
    for (let played = 0; played < bytes; ) {
      const next = this.#waiting[0];
      if (!next) return;
      this.#company.hearsAfter(atMs + played / BYTES_PER_MS - next.sentAt);
      const taken = Math.min(bytes - played, next.bytes);
      played += taken;
      next.bytes -= taken;
      next.sentAt += taken / BYTES_PER_MS; // the rest could not be heard sooner
      if (next.bytes === 0) this.#waiting.shift();
    }
  }
}

const BYTES_PER_MS = 8;
const GONE_MS = 300;
const PONG_MS = 20;

/** Any real sound changes its code sooner. */
const LEAST_OF_ONE = 8;
