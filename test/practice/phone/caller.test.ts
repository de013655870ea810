import { describe, expect, it, vi } from 'vitest';
import { Caller, type CallerNews } from '../../../src/practice/phone/caller.ts';
import { DIAL_DEFAULTS, dial } from '../../../src/practice/phone/dial.ts';
import { GOOD_LINE, type LineFaults } from '../../../src/practice/phone/line.ts';
import { SCRIPTS } from '../../../src/practice/phone/scripts.ts';
import { AUTH_TOKEN } from '../../support/a-carrier.ts';
import { carrier, cleanups } from '../../support/a-line.ts';

describe('a practice caller', () => {
  it('hears the carrier’s apology when the other side ends the call, whatever the caller was about to do', async () => {
    const { url, switchboard } = await carrier();
    switchboard.aftermath = { text: 'Our lines are down.' };
    const news: CallerNews[] = [];
    const caller = new Caller((each) => void news.push(each));
    await caller.ring({ ...DIAL_DEFAULTS, url, authToken: AUTH_TOKEN });
    await vi.waitFor(() => expect(switchboard.connected).toHaveLength(1));

    const script = SCRIPTS['listen']?.(caller);
    switchboard.connected[0]?.leg.close();

    expect(await script).toBe(false);
    await caller.untilTheEnd(0);
    expect(news.slice(1)).toEqual([
      { type: 'line_closed', by: 'server' },
      { type: 'carrier_says', sentence: 'Our lines are down.' },
    ]);
  });
});

describe('a practice line', () => {
  async function aBadLine(faults: Partial<LineFaults>) {
    const { url, switchboard } = await carrier();
    const options = { ...DIAL_DEFAULTS, url, authToken: AUTH_TOKEN, faults: { ...GOOD_LINE, ...faults } };
    const answer = await dial(options, {});
    if (answer.kind === 'words') throw new Error('not connected');
    const { line } = answer;
    cleanups.push(() => line.breakOff());
    const events = () => switchboard.connected[0]?.events ?? [];
    return { line, events };
  }

  it('loses frames when it is told to, and nothing else', async () => {
    const { line, events } = await aBadLine({ lossShare: 1 });

    line.press('5');

    await vi.waitFor(() => expect(events()).toEqual([{ type: 'digit', digit: '5' }]));
  });

  it('is late with frames when it is told to, and brings them all in their order', async () => {
    const { events } = await aBadLine({ jitterMs: 60 });

    const times = await vi.waitFor(() => {
      const frames = events().flatMap((event) => (event.type === 'audio' ? [event.atMs] : []));
      expect(frames.length).toBeGreaterThanOrEqual(20);
      return frames.slice(0, 20);
    });

    expect(times).toEqual(Array.from({ length: 20 }, (_, i) => 73 + i * 20));
  });
});
