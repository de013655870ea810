import { describe, expect, it } from 'vitest';
import { recall } from '../../src/call/recall.ts';
import type { Usage } from '../../src/ports/session.ts';
import { type Consumption, costOf, costOfCall } from '../../src/reading/cost.ts';
import { eventsOf, rang, usageOf } from '../support/logged-calls.ts';

const MILLION = 1_000_000;

const costAfter = (usage: Partial<Usage>, more: Partial<Consumption> = {}) =>
  costOf({
    model: 'gpt-realtime-2.1',
    carrier: 'browser',
    direction: 'inbound',
    openMs: 0,
    usage: usageOf(usage),
    ...more,
  });

describe('the cost of a call', () => {
  it.each<readonly [string, Partial<Usage>, number]>([
    ['what it reads', { textIn: MILLION }, 4],
    ['what it reads again', { textIn: MILLION, cachedTextIn: MILLION }, 0.4],
    ['what it hears', { audioIn: MILLION }, 32],
    ['what it hears again', { audioIn: MILLION, cachedAudioIn: MILLION }, 0.4],
    ['what it sees', { imageIn: MILLION }, 5],
    ['what it sees again', { imageIn: MILLION, cachedImageIn: MILLION }, 0.5],
    ['what it writes', { textOut: MILLION }, 24],
    ['what it says', { audioOut: MILLION }, 64],
    ['no more of the cache than went in', { textIn: MILLION, cachedTextIn: 2 * MILLION }, 0.4],
  ])('has in it of the model %s', (_what, usage, dollars) => {
    expect(costAfter(usage)).toEqual({ model: dollars, transcription: 0, line: 0, total: dollars });
  });

  it.each([
    ['inbound', 0, 0],
    ['inbound', 1, 0.0125],
    ['inbound', 60_000, 0.0125],
    ['inbound', 60_001, 0.025],
    ['outbound', 60_000, 0.018],
  ] as const)('has in it every minute of a line that was begun: %s, %d ms', (direction, openMs, line) => {
    expect(costAfter({}, { carrier: 'twilio', direction, openMs })).toMatchObject({ line, total: line });
  });

  it('has no line in it where nobody answered, however long it rang', () => {
    const { sums } = recall(
      eventsOf([
        [0, rang()],
        [50_000, { type: 'ended', reason: 'never_connected' }],
      ]),
    );

    expect(costOfCall(sums)?.line).toBe(0);
  });

  it('has in it the line from the answer to the end, not what was noted afterwards', () => {
    const events = eventsOf([
      [0, rang()],
      [10_000, { type: 'answered' }],
      [69_000, { type: 'ended', reason: 'caller_hung_up' }],
      [90_000, { type: 'noted', text: 'later' }],
    ]);

    expect(costOfCall(recall(events).sums)?.line).toBe(0.0125); // 59 s; from the ring it would be two minutes
    expect(costOfCall(recall(events.slice(0, 2)).sums)?.line).toBe(0);
  });
});
