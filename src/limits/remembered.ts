/** The last things that it was told of, each by its name; so many at most. */
export class Remembered<Thing> {
  readonly #most: number;
  readonly #things = new Map<string, Thing>();

  constructor(most: number) {
    this.#most = most;
  }

  has(name: string): boolean {
    return this.#things.has(name);
  }

  get(name: string): Thing | undefined {
    return this.#things.get(name);
  }

  set(name: string, thing: Thing): void {
    this.#things.set(name, thing);
    const oldest = this.#things.keys().next().value;
    if (this.#things.size > this.#most && oldest !== undefined) this.#things.delete(oldest);
  }
}

/** Of which nothing but the name matters. */
export class RememberedNames extends Remembered<true> {
  /** False: it knew this one already. */
  add(name: string): boolean {
    if (this.has(name)) return false;
    this.set(name, true);
    return true;
  }
}
