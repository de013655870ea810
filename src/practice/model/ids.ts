export type IdKind = 'sess' | 'conv' | 'item' | 'resp' | 'call' | 'event' | 'mcpl' | 'mcp' | 'mcpr';

/** Gives out ids like the vendor's, each once per server. */
export class Ids {
  #given = 0;

  next(kind: IdKind): string {
    this.#given++;
    return `${kind}_${this.#given.toString(36).padStart(8, '0')}`;
  }
}
