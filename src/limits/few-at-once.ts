/** Does what takes a while a few at a time; what cannot begin at once waits, and not all of it may. */
export class FewAtOnce {
  readonly #mostAtOnce: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #underWay = 0;

  constructor(mostAtOnce: number, mostWaiting: number) {
    this.#mostAtOnce = mostAtOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** Does it when its turn comes; the work deals with its own failures. False: too much waits already. */
  add(work: () => Promise<void>): boolean {
    if (this.#waiting.length >= this.#mostWaiting) return false;
    this.#waiting.push(work);
    this.#goOn();
    return true;
  }

  #goOn(): void {
    if (this.#underWay >= this.#mostAtOnce) return;
    const work = this.#waiting.shift();
    if (!work) return;
    this.#underWay += 1;
    void work().finally(() => {
      this.#underWay -= 1;
      this.#goOn();
    });
  }
}
