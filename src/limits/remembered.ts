/** The last names it was told, so many at most. */
export class Remembered {
  readonly #most: number;
  readonly #names = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** False: it knew this one already. */
  add(name: string): boolean {
    if (this.#names.has(name)) return false;
    this.#names.add(name);
    const oldest = this.#names.values().next().value;
    if (this.#names.size > this.#most && oldest !== undefined) this.#names.delete(oldest);
    return true;
  }
}
