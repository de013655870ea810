/** The last few names, for news that comes late. */
export class Recent {
  readonly #names: string[] = [];

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  add(name: string): void {
    if (this.#names.at(-1) === name) return;
    this.#names.push(name);
    if (this.#names.length > MOST_NAMES) this.#names.shift();
  }
}

/** Late news is late by an answer or two, not by dozens. */
const MOST_NAMES = 32;
