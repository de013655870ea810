import { type MakerParts, PageMaker } from '../../src/http/making/page-maker.ts';
import type { FromMaker, PageEars, PagePlace } from '../../src/http/making/page-requests.ts';

/** Makes pages without a thread of their own, one message after the other as a thread would. */
export class PagesHere implements PagePlace {
  readonly #maker: PageMaker;
  #ears: PageEars | null = null;

  constructor(parts: Omit<MakerParts, 'say'>) {
    this.#maker = new PageMaker({ ...parts, say: (message) => this.#say(message) });
  }

  isThere(): boolean {
    return true;
  }

  post(message: Parameters<PageMaker['hear']>[0]): boolean {
    queueMicrotask(() => this.#maker.hear(structuredClone(message)));
    return true;
  }

  listen(ears: PageEars): void {
    this.#ears = ears;
  }

  async close(): Promise<void> {}

  #say(message: FromMaker): void {
    queueMicrotask(() => this.#ears?.hear(message));
  }
}
