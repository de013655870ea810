import { setImmediate } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';
import type { PageRequest } from '../../../src/http/making/page-requests.ts';
import { PageThread } from '../../../src/http/making/page-thread.ts';
import { Pages } from '../../../src/http/making/pages.ts';
import { LiveViewOfTheTest } from '../../support/a-live-view.ts';
import { TestClock } from '../../support/test-clock.ts';

const open: Pages[] = [];
afterEach(async () => {
  for (const pages of open.splice(0)) await pages.close();
});

function somePages() {
  const clock = new TestClock();
  const deaths: string[] = [];
  const thread = new PageThread({
    file: new URL('../../support/a-page-worker.ts', import.meta.url),
    settings: null,
    clock,
    died: (why) => void deaths.push(why),
  });
  const pages = new Pages(thread, new LiveViewOfTheTest(), clock);
  open.push(pages);
  const stays = new AbortController().signal;
  const ask = async (callId: string) => {
    const wanted: PageRequest = { type: 'call', callId, what: 'everything' };
    const answer = await pages.make(wanted, stays);
    return answer.type === 'whole' ? new TextDecoder().decode(answer.bytes) : answer.type;
  };
  return { thread, clock, deaths, ask };
}

/** How often this thread comes to its next task while something else is done. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  for (; !isDone; turns++) await setImmediate();
  return turns;
}

describe('pages', () => {
  it('are made in a thread of their own, and leave the one with the calls as free as if nobody read', async () => {
    const { ask } = somePages();
    const made = await ask('CA1');
    expect(made).toMatch(/^thread \d+$/);
    expect(made).not.toBe(`thread ${threadId}`);

    const whileAPageTakesLong = await turnsDuring(ask('held-up-300'));
    const whileOneTakesNoTime = await turnsDuring(ask('CA1'));

    // Three hundred milliseconds of somebody else's, spent on thousands of other things.
    expect(whileAPageTakesLong).toBeGreaterThan(100);
    expect(whileAPageTakesLong).toBeGreaterThan(whileOneTakesNoTime);
  });

  it('say so while what makes them is dead, and are made again a moment later', async () => {
    const { ask, clock, deaths } = somePages();
    const [dead, behindIt] = await Promise.all([ask('dies'), ask('CA1')]);

    expect([dead, behindIt, await ask('CA2')]).toEqual(['gone', 'gone', 'gone']);
    expect(deaths).toEqual(['TypeError']); // and no word of what it said
    clock.advance(1_000);
    expect(await ask('CA3')).toMatch(/^thread/);
  });

  it('cost nothing before anybody reads, and give the memory back when nobody has for a while', async () => {
    const { ask, clock, thread } = somePages();
    const first = await ask('CA1');
    clock.advance(9 * 60_000);
    const second = await ask('CA1');
    clock.advance(21 * 60_000);
    const third = await ask('CA1');

    expect(second).toBe(first);
    expect(third).toMatch(/^thread/);
    expect(third).not.toBe(first);
    await thread.close();
    expect(thread.post({ type: 'look' })).toBe(false); // nor is one begun by what nobody waits for
  });
});
