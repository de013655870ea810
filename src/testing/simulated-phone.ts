import { LegEvents } from '../carriers/leg-events.ts';
import type { Cancel, Clock } from '../ports/clock.ts';
import type { Leg, LegEvent } from '../ports/leg.ts';
import { PlayOut } from '../practice/phone/play-out.ts';

/** How long something takes; where it varies, what is asked at that time. */
export type Delay = number | ((now: number) => number);

/** How the phone is reached; it may become better or worse at any time. */
export interface Journey {
  /** How long what we send is on its way to the phone. */
  downMs: Delay;
  /** How long whatever the phone sends is on its way to us. */
  upMs: Delay;
  /** How long a mark takes besides. One that is late makes those behind it late; one that takes for ever is lost. */
  markMs: Delay;
  /** Whether it says that it has what it was sent. */
  answersPings: boolean;
}

export interface SimulatedPhoneOptions {
  readonly id?: string;
  readonly journey?: Partial<Journey>;
  /** Told of what the house has it do, in words: `play 100 ms`, `mark`, `clear`. */
  readonly told?: (what: string) => void;
  /** Sound has arrived, … */
  readonly arrived?: (audio: Uint8Array) => void;
  /** … and was heard, from that time on. */
  readonly heard?: (audio: Uint8Array, atMs: number) => void;
}

/**
 * A phone on a clock of your own that really plays, one second per second, and knows which byte was heard when.
 * Both ways to it are sockets: nothing on them overtakes what was sent before.
 */
export class SimulatedPhone implements Leg {
  readonly id: string;
  readonly journey: Journey;
  /** As a carrier's would be that is slow to take what it is sent. */
  backlogBytes = 0;
  isClosed = false;
  readonly #options: SimulatedPhoneOptions;
  readonly #ways: Ways;
  readonly #loudspeaker: Loudspeaker;
  readonly #events = new LegEvents();
  /** What arrived while it did not read; null while it does. */
  #unread: (() => void)[] | null = null;

  constructor(clock: Clock, options: SimulatedPhoneOptions = {}) {
    this.id = options.id ?? 'simulated';
    this.journey = { downMs: 0, upMs: 0, markMs: 0, answersPings: true, ...options.journey };
    this.#options = options;
    this.#ways = new Ways(clock);
    this.#loudspeaker = new Loudspeaker(clock, options.heard, (names) => this.#giveBack(names));
  }

  get format() {
    return 'pcmu' as const;
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#events.listen(listener);
  }

  play(audio: Uint8Array): void {
    this.#options.told?.(`play ${audio.length / BYTES_PER_MS} ms`);
    const sound = audio.slice(); // its memory is used again
    this.#arrives(() => {
      this.#loudspeaker.arrive(sound);
      this.#options.arrived?.(sound);
    });
  }

  mark(name: string): void {
    this.#options.told?.('mark');
    this.#arrives(() => this.#loudspeaker.mark(name));
  }

  ping(name: string): void {
    if (this.journey.answersPings) this.#arrives(() => this.#send({ type: 'pong', name }));
  }

  clear(): void {
    this.#options.told?.('clear');
    this.#arrives(() => this.#loudspeaker.clear());
  }

  close(): void {
    this.isClosed = true;
    this.#loudspeaker.stop();
  }

  /** Something happens on its line, and the house knows at once. */
  tell(event: LegEvent): void {
    if (!this.isClosed) this.#events.tell(event);
    if (event.type === 'gone') this.close();
  }

  /** Its user makes this sound, at that time of the line's. */
  says(audio: Uint8Array, atMs: number): void {
    this.#send({ type: 'audio', audio, atMs });
  }

  presses(digit: string): void {
    this.#send({ type: 'digit', digit });
  }

  hangsUp(): void {
    this.#send({ type: 'gone', reason: 'hung_up' });
  }

  /** The line breaks without a word. */
  breaksOff(): void {
    this.#send({ type: 'gone', reason: 'lost' });
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

  /** How much sound waits to be heard. */
  get waitingMs(): number {
    this.#loudspeaker.advance();
    return this.#loudspeaker.waitingMs;
  }

  #arrives(act: () => void): void {
    const arrive = () => {
      if (this.isClosed) return;
      if (this.#unread) return void this.#unread.push(arrive);
      this.#loudspeaker.advance();
      act();
    };
    this.#ways.take('down', this.journey.downMs, arrive);
  }

  #send(event: LegEvent): void {
    this.#ways.take('up', this.journey.upMs, () => this.tell(event));
  }

  #giveBack(names: readonly string[]): void {
    for (const name of names)
      this.#ways.take('marks', this.journey.markMs, () => this.#send({ type: 'mark', name }), true);
  }
}

/** The ways to a phone and back: what sets out later on one of them does not arrive sooner. */
class Ways {
  readonly #clock: Clock;
  readonly #latest = { down: 0, up: 0, marks: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What takes no time is there at once, unless it never is. */
  take(way: 'down' | 'up' | 'marks', delay: Delay, arrive: () => void, neverAtOnce = false): void {
    const now = this.#clock.now();
    const ms = typeof delay === 'number' ? delay : delay(now);
    if (ms === Number.POSITIVE_INFINITY) return;
    const at = Math.max(this.#latest[way], now + ms);
    this.#latest[way] = at;
    if (at <= now && !neverAtOnce) arrive();
    else this.#clock.after(at - now, arrive);
  }
}

/** Plays by the clock, and says when marks are reached. */
class Loudspeaker {
  readonly #clock: Clock;
  readonly #playOut: PlayOut;
  readonly #reached: (names: readonly string[]) => void;
  #cancelLook: Cancel = () => {};

  constructor(
    clock: Clock,
    heard: SimulatedPhoneOptions['heard'],
    reached: (names: readonly string[]) => void,
  ) {
    this.#clock = clock;
    this.#playOut = new PlayOut(heard);
    this.#reached = reached;
  }

  get waitingMs(): number {
    return this.#playOut.waitingMs;
  }

  advance(): void {
    this.#give(this.#playOut.advance(this.#clock.now()));
  }

  arrive(audio: Uint8Array): void {
    this.#playOut.arrive(audio, this.#clock.now());
    this.#look();
  }

  mark(name: string): void {
    this.#give(this.#playOut.mark(name));
    this.#look();
  }

  clear(): void {
    this.#give(this.#playOut.clear());
  }

  stop(): void {
    this.#cancelLook();
  }

  #give(names: readonly string[]): void {
    if (names.length === 0) return;
    this.#look();
    this.#reached(names);
  }

  /** Looks again when the next mark is due. */
  #look(): void {
    const due = this.#playOut.nextMarkAt;
    this.#cancelLook();
    if (due !== null) this.#cancelLook = this.#clock.after(due - this.#clock.now(), () => this.advance());
  }
}

const BYTES_PER_MS = 8;
