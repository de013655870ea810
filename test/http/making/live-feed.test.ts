import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { LiveFeed } from '../../../src/http/making/live-feed.ts';
import type { ToMaker } from '../../../src/http/making/page-requests.ts';
import { LiveViewOfTheTest } from '../../support/a-live-view.ts';
import { TestClock } from '../../support/test-clock.ts';

function aFeed() {
  const clock = new TestClock();
  const live = new LiveViewOfTheTest();
  const posted: ToMaker[] = [];
  const feed = new LiveFeed(live, clock, (message) => {
    posted.push(message);
    return true;
  });
  /** How many events each message has brought so far. */
  const pieces = () => posted.flatMap((message) => (message.type === 'live' ? [message.events.length] : []));
  const types = () => posted.splice(0).map(({ type }) => type);
  return { clock, live, feed, pieces, types };
}

it('hands over what has happened on a long call a little at a time, and what happens meanwhile in its order', async () => {
  const { live, feed, pieces } = aFeed();
  live.rings('CA1');
  for (let n = 1; n < 1_000; n++) live.happens('CA1', n, { type: 'silence_prompted' });

  const had = feed.have('CA1', 1_000);
  const byTurn: number[] = [];
  for (let turn = 0; turn < 12; turn++) {
    await setImmediate();
    byTurn.push(pieces().length);
    if (turn === 1) live.happens('CA1', 1_000, { type: 'answered' });
  }

  expect(await had).toBe(true);
  expect(pieces()).toEqual([200, 200, 200, 200, 200, 1]);
  for (const [turn, count] of byTurn.entries())
    expect(count - (byTurn[turn - 1] ?? 0)).toBeLessThanOrEqual(1);
});

it('tells of a call for as long as somebody looks at it, and of what is being said while somebody follows it', async () => {
  const { clock, live, feed, types } = aFeed();
  live.rings('CA1');
  live.happens('CA1', 10, { type: 'answered' });
  expect([types(), live.watchers('CA1')]).toEqual([[], 0]); // nobody looks

  await feed.have('CA1', 30_000);
  const stop = feed.follow('CA1');
  await setImmediate();
  types();
  live.says('CA1', {
    type: 'agent_said',
    responseId: 'r',
    itemId: 'i',
    text: 'Hello',
    heardMs: 1,
    totalMs: 2,
  });
  live.happens('CA1', 20, { type: 'caller_started_speaking' });
  expect(types()).toEqual(['saying', 'live']);

  stop();
  expect(live.hearers).toBe(0);
  clock.advance(29_000);
  expect(live.watchers('CA1')).toBe(1); // its page may be asked for again
  clock.advance(2_000);
  expect([types(), live.watchers('CA1')]).toEqual([['not_live'], 0]);
});

it('tells of calls that ring while somebody follows all of them, and lets go of those that are over', async () => {
  const { clock, live, feed, types } = aFeed();
  const stop = feed.follow(null);
  live.rings('CA1');
  clock.advance(500);
  await setImmediate();
  await setImmediate();
  expect(types()).toEqual(['live', 'look']);

  live.happens('CA1', 100, { type: 'ended', reason: 'caller_hung_up' });
  expect(types()).toEqual(['live', 'not_live']);
  stop();
  clock.advance(1_000);
  expect(types()).toEqual([]);
});
