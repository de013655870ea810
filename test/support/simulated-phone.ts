import type { CallLeg, LegEvent, TransferWish } from '../../src/ports/carrier.ts';
import type { Cancel } from '../../src/ports/clock.ts';
import { PlayOut } from '../../src/practice/phone/play-out.ts';
import type { TestClock } from './test-clock.ts';

export interface Journey {
  /** How long what we send is on its way to the phone. */
  readonly downMs?: number;
  /** How long a mark is on its way back. */
  readonly markMs?: number;
}

/**
 * A phone on a test clock that really plays: knows which byte was heard when.
 *
 * A test gives every item a sound of its own, one μ-law code repeated, and the
 * phone counts how long it heard each.
 */
export class SimulatedPhone implements CallLeg {
  readonly #clock: TestClock;
  readonly #journey: Required<Journey>;
  readonly #log: (entry: string) => void;
  readonly #latest: number[] = [];
  readonly #heardBytes = new Map<number, number>();
  readonly ear = new PlayOut((audio) => this.#hear(audio));
  readonly arrivals: { readonly codes: ReadonlySet<number>; readonly atMs: number }[] = [];
  backlogBytes = 0;
  isClosed = false;
  canTransfer = true;
  /** The most sound that ever waited at the phone. */
  mostWaitingMs = 0;
  #listener: (event: LegEvent) => void = () => {};
  #cancelLook: Cancel = () => {};

  constructor(clock: TestClock, journey: Journey, log: (entry: string) => void) {
    this.#clock = clock;
    this.#journey = { downMs: 0, markMs: 0, ...journey };
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
    const sound = audio.slice();
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

  clear(): void {
    this.#log('clear');
    this.#arrives(() => this.#echo(this.ear.clear()));
  }

  hangUp(): void {
    this.#log('hang up');
    this.close();
  }

  async transfer({ number }: TransferWish): Promise<boolean> {
    this.#log(`transfer to ${number}`);
    return this.canTransfer;
  }

  close(): void {
    this.isClosed = true;
    this.#cancelLook();
  }

  /** How long this sound was heard, by now. */
  heardMs(code: number): number {
    this.#echo(this.ear.advance(this.#clock.now()));
    return (this.#heardBytes.get(code) ?? 0) / 8;
  }

  #arrives(act: () => void): void {
    const arrive = () => {
      this.#echo(this.ear.advance(this.#clock.now()));
      act();
    };
    if (this.#journey.downMs === 0) arrive();
    else this.#clock.after(this.#journey.downMs, arrive);
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
    for (const name of names) {
      this.#clock.after(this.#journey.markMs, () => {
        if (!this.isClosed) this.#listener({ type: 'mark', name });
      });
    }
    if (names.length > 0) this.#look();
  }

  /** What was heard since the last time this was asked. */
  takeHeard(): Uint8Array {
    this.#echo(this.ear.advance(this.#clock.now()));
    const heard = Uint8Array.from(this.#latest);
    this.#latest.length = 0;
    return heard;
  }

  #hear(audio: Uint8Array): void {
    this.#latest.push(...audio);
    for (const code of audio) this.#heardBytes.set(code, (this.#heardBytes.get(code) ?? 0) + 1);
  }
}
