import { waitingTone } from '../../src/call/playout/waiting-tone.ts';
import type { Cancel } from '../../src/ports/clock.ts';
import type { Leg, LegEvent } from '../../src/ports/leg.ts';
import { PlayOut } from '../../src/practice/phone/play-out.ts';
import type { TestClock } from './test-clock.ts';

/** How long something takes; where it varies, what is asked at that time. */
export type Delay = number | ((now: number) => number);

export interface Journey {
  /** How long what we send is on its way to the phone. */
  readonly downMs?: Delay;
  /** How long whatever the phone sends is on its way to us. */
  readonly upMs?: Delay;
  /** How long a mark takes besides. One that is late makes those behind it late. */
  readonly markMs?: Delay;
  /** Whether it says that it has what it was sent. */
  readonly answersPings?: boolean;
}

/**
 * A phone on a test clock that really plays: knows which byte was heard when.
 *
 * A test gives every item a sound of its own, one μ-law code repeated, and the
 * phone counts how long it heard each. Both ways to it are sockets: nothing on
 * them overtakes what was sent before.
 */
export class SimulatedPhone implements Leg {
  readonly id = `phone-${++phones}`;
  readonly format = 'pcmu';
  readonly #clock: TestClock;
  readonly #journey: Required<Journey>;
  readonly #log: (entry: string) => void;
  readonly #latest: number[] = [];
  readonly #heardBytes = new Map<number, number>();
  readonly ear = new PlayOut((audio, atMs) => this.#hear(audio, atMs));
  readonly arrivals: { readonly codes: ReadonlySet<number>; readonly atMs: number }[] = [];
  /** What was heard without a pause, with the time it began and ended at. */
  readonly stretches: { code: number; readonly fromMs: number; untilMs: number }[] = [];
  backlogBytes = 0;
  isClosed = false;
  losesMarks = false;
  /** The most sound that ever waited at the phone. */
  mostWaitingMs = 0;
  /** What arrived while it did not read; null while it does. */
  #unread: (() => void)[] | null = null;
  #lastArrivals = { down: 0, up: 0, marks: 0 };
  #listener: (event: LegEvent) => void = () => {};
  #cancelLook: Cancel = () => {};

  constructor(clock: TestClock, journey: Journey, log: (entry: string) => void) {
    this.#clock = clock;
    this.#journey = { downMs: 0, upMs: 0, markMs: 0, answersPings: true, ...journey };
    this.#log = log;
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener;
  }

  tell(event: LegEvent): void {
    this.#listener(event);
  }

  play(audio: Uint8Array): void {
    this.#log(`play ${audio.length / 8} ms`);
    const sound =
      Buffer.compare(audio, OURS) === 0 ? new Uint8Array(audio.length).fill(SILENT) : audio.slice();
    this.#arrives(() => {
      this.ear.arrive(sound, this.#clock.now());
      this.arrivals.push({ codes: new Set(sound), atMs: this.#clock.now() });
      this.mostWaitingMs = Math.max(this.mostWaitingMs, this.ear.waitingMs);
      this.#look();
    });
  }

  mark(name: string): void {
    this.#log('mark');
    this.#arrives(() => {
      this.#echo(this.ear.mark(name));
      this.#look();
    });
  }

  ping(name: string): void {
    if (this.#journey.answersPings) this.#arrives(() => this.#send({ type: 'pong', name }));
  }

  clear(): void {
    this.#log('clear');
    this.#arrives(() => this.#echo(this.ear.clear()));
  }

  close(): void {
    this.isClosed = true;
    this.#cancelLook();
  }

  /** Its user is silent, frame by frame, from now on: that much arrives whatever becomes of the rest. */
  keepsSending(): Cancel {
    const silence = new Uint8Array(160).fill(0xff);
    let lineMs = 0;
    return this.#clock.every(20, () => {
      lineMs += 20;
      this.#send({ type: 'audio', audio: silence, atMs: lineMs });
    });
  }

  /** From now on nothing is taken off its socket, while it plays what it has. */
  stopsReading(): void {
    this.#unread = [];
  }

  /** All that has come in the meantime is read at once. */
  readsAgain(): void {
    const unread = this.#unread ?? [];
    this.#unread = null;
    for (const act of unread) act();
  }

  /** How long this sound was heard, by now. */
  heardMs(code: number): number {
    this.#echo(this.ear.advance(this.#clock.now()));
    return (this.#heardBytes.get(code) ?? 0) / 8;
  }

  #arrives(act: () => void): void {
    const arrive = () => {
      if (this.#unread) return void this.#unread.push(arrive);
      this.#echo(this.ear.advance(this.#clock.now()));
      act();
    };
    this.#later('down', this.#journey.downMs, arrive);
  }

  #send(event: LegEvent): void {
    this.#later('up', this.#journey.upMs, () => {
      if (!this.isClosed) this.#listener(event);
    });
  }

  /** Looks again when the next mark is due. */
  #look(): void {
    const due = this.ear.nextMarkAt;
    this.#cancelLook();
    if (due === null) return;
    this.#cancelLook = this.#clock.after(due - this.#clock.now(), () =>
      this.#echo(this.ear.advance(this.#clock.now())),
    );
  }

  #echo(names: readonly string[]): void {
    if (names.length > 0) this.#look();
    if (this.losesMarks) return;
    for (const name of names)
      this.#later('marks', this.#journey.markMs, () => this.#send({ type: 'mark', name }), true);
  }

  /** Does it that much later, and after whatever went that way before. What takes no time is done at once. */
  #later(way: 'down' | 'up' | 'marks', delay: Delay, act: () => void, neverAtOnce = false): void {
    const now = this.#clock.now();
    const at = Math.max(this.#lastArrivals[way], now + (typeof delay === 'number' ? delay : delay(now)));
    this.#lastArrivals[way] = at;
    if (at <= now && !neverAtOnce) act();
    else this.#clock.after(at - now, act);
  }

  /** What was heard since the last time this was asked. */
  takeHeard(): Uint8Array {
    this.#echo(this.ear.advance(this.#clock.now()));
    const heard = Uint8Array.from(this.#latest);
    this.#latest.length = 0;
    return heard;
  }

  #hear(audio: Uint8Array, atMs: number): void {
    this.#latest.push(...audio);
    audio.forEach((code, at) => {
      this.#heardBytes.set(code, (this.#heardBytes.get(code) ?? 0) + 1);
      const [fromMs, untilMs] = [atMs + at / 8, atMs + (at + 1) / 8];
      const last = this.stretches.at(-1);
      if (last?.code === code && fromMs - last.untilMs < 0.5) last.untilMs = untilMs;
      else this.stretches.push({ code, fromMs, untilMs });
    });
  }
}

let phones = 0;

/** The one sound that no test has the model make: it is of many codes, which are those of items. */
const OURS = waitingTone('pcmu');
const SILENT = 0xff;
