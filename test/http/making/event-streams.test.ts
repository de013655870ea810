import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type EventStream, EventStreams, type Sink } from '../../../src/http/making/event-streams.ts';
import { TestClock } from '../../support/test-clock.ts';

/** A page at the other end, which reads or does not. */
class APage implements Sink {
  readonly written: string[] = [];
  readonly #reads: boolean;
  destroyed = false;
  hasEnded = false;
  writableLength = 0;
  #closed = () => {};

  constructor(reads = true) {
    this.#reads = reads;
  }

  write(bytes: Uint8Array): void {
    this.written.push(new TextDecoder().decode(bytes));
    if (!this.#reads) this.writableLength += bytes.length;
  }

  end(): void {
    this.hasEnded = true;
  }

  destroy(): void {
    this.destroyed = true;
    this.#closed();
  }

  once(_event: 'close', run: () => void): void {
    this.#closed = run;
  }
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

async function somePages(count: number, reads = true) {
  const clock = new TestClock();
  const streams = new EventStreams(clock);
  const left: number[] = [];
  const pages = Array.from({ length: count }, () => new APage(reads));
  const opened: EventStream[] = pages.map((page, n) => streams.open(page, () => void left.push(n)));
  await written(count);
  for (const page of pages) page.written.length = 0;
  return { clock, streams, pages, opened, left };
}

/** As many turns as it takes to write to so many. */
async function written(count: number): Promise<void> {
  for (let turn = 0; turn <= count / 16 + 1; turn++) await setImmediate();
}

describe('pages that are told of things as they happen', () => {
  it('are written to a few at a time, however many there are', async () => {
    const { pages, opened } = await somePages(500);
    const hasWords = () => pages.filter((page) => page.written.length > 0).length;

    for (const stream of opened) stream.push(bytesOf('news'));
    const writtenByTurn: number[] = [hasWords()];
    while (hasWords() < 500) {
      await setImmediate();
      writtenByTurn.push(hasWords());
    }

    const most = Math.max(...writtenByTurn.map((count, turn) => count - (writtenByTurn[turn - 1] ?? 0)));
    expect(most).toBeLessThanOrEqual(16);
  });

  it('are told in one piece what has come meanwhile, in its order, and end after it', async () => {
    const { pages, opened } = await somePages(1);
    opened[0]?.push(bytesOf('one '));
    opened[0]?.push(bytesOf('two '));
    opened[0]?.push(bytesOf('three'));
    opened[0]?.end();
    await written(1);

    expect(pages[0]?.written).toEqual(['one two three']);
    expect(pages[0]?.hasEnded).toBe(true);
  });

  it('are let go when they do not read, and nobody else with them', async () => {
    const { opened, left, streams, pages } = await somePages(2, false);
    opened[1]?.begin(new Uint8Array(3_000_000)); // all there is so far may be long
    for (let n = 0; n < 9; n++) {
      opened[0]?.push(new Uint8Array(64 * 1024));
      await written(2);
    }

    expect(left).toEqual([0]);
    expect(streams.count).toBe(1);
    expect(pages[1]?.destroyed).toBe(false);
  });

  it('hear now and then that we are still here, and cost nothing when they have gone', async () => {
    const { clock, pages, left } = await somePages(2);
    clock.advance(20_000);
    await written(2);
    expect(pages.map((page) => page.written)).toEqual([[': still here\n\n'], [': still here\n\n']]);

    for (const page of pages) page.destroy();
    expect(left).toEqual([0, 1]);
    clock.advance(20_000);
    await written(2);
    expect(pages.map((page) => page.written.length)).toEqual([1, 1]);
  });
});
