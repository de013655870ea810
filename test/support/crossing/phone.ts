import type { CallLeg, LegEvent, LegGone, TransferWish } from '../../../src/ports/carrier.ts';
import type { Cancel } from '../../../src/ports/clock.ts';
import { PlayOut } from '../../../src/practice/phone/play-out.ts';
import type { TestClock } from '../test-clock.ts';

/** How the line is: how long sound is on its way to the phone, and a mark on its way back. */
export interface Line {
  readonly downMs: number;
  markMs: number;
}

/**
 * A phone as the carrier's leg: plays what it is given at one second per second, gives marks back in their order, and
 * knows when its user last heard something, and how much of the agent's speech, byte by byte.
 *
 * Every answer of the crossing's model is one μ-law code, over and over; sound that is none of these is the house's own.
 */
export class CrossingPhone implements CallLeg {
  readonly #clock: TestClock;
  readonly #line: Line;
  readonly #tell: (what: string) => void;
  readonly ear = new PlayOut((audio) => this.#hear(audio));
  readonly transfers: string[] = [];
  backlogBytes = 0;
  clears = 0;
  isClosed = false;
  /** Whether the carrier does as it is told. */
  canTransfer = true;
  speechHeardMs = 0;
  /** By code. */
  readonly heardMs = new Map<number, number>();
  lastSpeechAt = Number.NEGATIVE_INFINITY;
  #listener: (event: LegEvent) => void = () => {};
  #markReturnsAt = 0;
  #unread: (() => void)[] | null = null;
  #cancelLook: Cancel = () => {};

  /** `tell` hears of everything that is asked of the phone. */
  constructor(clock: TestClock, line: Line, tell: (what: string) => void) {
    this.#clock = clock;
    this.#line = line;
    this.#tell = tell;
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
  }

  play(audio: Uint8Array): void {
    this.#tell('play');
    const sound = audio.slice();
    this.#arrives(() => this.ear.arrive(sound, this.#clock.now()));
  }

  mark(name: string): void {
    this.#tell('mark');
    this.#arrives(() => this.#give(this.ear.mark(name)));
  }

  ping(name: string): void {
    this.#arrives(() => void this.#clock.after(PONG_MS, () => this.brings({ type: 'pong', name })));
  }

  /** Takes nothing off its line any more, while it plays what it has; or all of it at once. */
  reads(isReading: boolean): void {
    if (!isReading) this.#unread ??= [];
    else {
      const unread = this.#unread ?? [];
      this.#unread = null;
      for (const arrive of unread) arrive();
    }
  }

  get isReading(): boolean {
    return this.#unread === null;
  }

  clear(): void {
    this.#tell('clear');
    this.clears += 1;
    this.#arrives(() => this.#give(this.ear.clear()));
  }

  hangUp(): void {
    this.#tell('hang up');
    this.close();
  }

  async transfer({ number }: TransferWish): Promise<boolean> {
    this.#tell('transfer');
    this.transfers.push(number);
    if (!this.canTransfer) return false;
    this.#clock.after(GONE_MS, () => this.goes('hung_up')); // the carrier takes the stream away, and then dials
    return true;
  }

  close(): void {
    this.isClosed = true;
    this.#cancelLook();
  }

  /** Something can be heard at this moment. */
  get isPlaying(): boolean {
    this.#give(this.ear.advance(this.#clock.now()));
    return this.ear.isPlaying;
  }

  #arrives(act: () => void): void {
    const arrive = () => {
      if (this.isClosed) return;
      if (this.#unread) return void this.#unread.push(arrive);
      this.#give(this.ear.advance(this.#clock.now()));
      act();
      this.#look();
    };
    if (this.#line.downMs === 0) arrive();
    else this.#clock.after(this.#line.downMs, arrive);
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
    for (const name of names) {
      this.#markReturnsAt = Math.max(this.#markReturnsAt, this.#clock.now() + this.#line.markMs);
      this.#clock.after(this.#markReturnsAt - this.#clock.now(), () => this.brings({ type: 'mark', name }));
    }
  }

  /** Stretch by stretch of one code; what changes faster than that is no speech. */
  #hear(audio: Uint8Array): void {
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
  }
}

const BYTES_PER_MS = 8;
const GONE_MS = 300;
const PONG_MS = 20;

/** Any real sound changes its code sooner. */
const LEAST_OF_ONE = 8;
