import type { TurnTaking } from './turn-taking.ts';

/**
 * What a caller is told who waits for something to be looked up or done, by us or by the model's own side.
 *
 * They are told once for all that is under way then, and again only of what begins later. Nothing is said while
 * something is under way that is not to be talked over.
 */
export class Fillers {
  readonly #turnTaking: TurnTaking;
  readonly #waits = new Map<string, Wait>();
  #inARow = 0;

  constructor(turnTaking: TurnTaking) {
    this.#turnTaking = turnTaking;
  }

  /** Something is under way. `say`: how the model is asked to tell the caller; null as long as nobody is to speak. */
  waits(name: string, say: () => string | null, now: number): void {
    this.#waits.set(name, { say, since: now, filler: null });
  }

  /** The model has begun to say something else. */
  answerStarted(): void {
    this.#inARow = 0;
  }

  /** It is back. What the caller was to be told of it is told all the same where they wait for more. */
  isOver(name: string): void {
    const filler = this.#waits.get(name)?.filler ?? null;
    this.#waits.delete(name);
    if (filler === null || [...this.#waits.values()].some((wait) => wait.filler === filler)) return;
    this.#turnTaking.withdraw(filler);
  }

  tick(now: number): void {
    if (this.#inARow >= MOST_IN_A_ROW) return; // it looks something up instead of saying so
    for (const { say, since, filler } of this.#waits.values()) {
      if (filler !== null || now - since < FILLER_MS || !this.#turnTaking.isQuiet(now)) continue;
      const waits = [...this.#waits.values()];
      const instructions = say();
      if (instructions === null || waits.some((wait) => wait.say() === null)) return;
      const asked = this.#turnTaking.ask({ purpose: 'filler', instructions, withoutTools: true }, now);
      for (const wait of waits) wait.filler ??= asked;
      this.#inARow += 1;
      return;
    }
  }
}

interface Wait {
  readonly say: () => string | null;
  readonly since: number;
  /** Under what name the caller was told of it. */
  filler: string | null;
}

/** How long a caller may wait without a word. */
const FILLER_MS = 1_200;

/** More would be talk for talk's sake, or a model that does not do as it is told. */
const MOST_IN_A_ROW = 3;
