import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LiveMirror } from '../../../src/http/making/live-mirror.ts';
import type { AgentSaid, CallEvent, CallFact } from '../../../src/ports/facts.ts';
import { callReading } from '../../../src/reading/reading.ts';
import { rang } from '../../support/logged-calls.ts';

const WORDS = 'We are open from nine to five on weekdays, and on Saturdays until noon.';

const shape = z.object({
  key: z.string(),
  who: z.string(),
  text: z.string(),
  unheard: z.string(),
  isBeingSaid: z.boolean(),
});

/** The lines that a page is told of. */
function linesIn(frames: string) {
  return [...frames.matchAll(/^event: line\ndata: (.*)$/gm)].map(([, data]) =>
    shape.parse(JSON.parse(data ?? '')),
  );
}

function aCall() {
  const mirror = new LiveMirror(callReading);
  let seq = 0;
  const happens = (atMs: number, fact: CallFact) => {
    const event: CallEvent = { ...fact, seq: ++seq, atMs };
    return mirror.happened('CA1', [], [event]);
  };
  const said = (text: string, heardMs: number, totalMs: number): AgentSaid => ({
    type: 'agent_said',
    responseId: 'r1',
    itemId: 'i1',
    text,
    heardMs,
    totalMs,
  });
  happens(0, rang());
  happens(1_000, { type: 'agent_started_speaking', responseId: 'r1' });
  return { mirror, happens, said, says: (...all: AgentSaid[]) => linesIn(mirror.says('CA1', all)) };
}

describe('what the agent says on a live call', () => {
  it('grows as the caller hears it, and becomes the line that the log has', () => {
    const { mirror, happens, said, says } = aCall();
    mirror.follow('CA1');

    const growing = [500, 1_500, 1_700, 3_000].flatMap((heardMs) => says(said(WORDS, heardMs, 4_000)));
    expect(growing.map(({ text }) => text)).toEqual([
      'We are',
      'We are open from nine to',
      'We are open from nine to five',
      'We are open from nine to five on weekdays, and on',
    ]);
    expect(growing.every(({ isBeingSaid, unheard }) => isBeingSaid && unheard === '')).toBe(true);

    const [line] = linesIn(happens(5_000, said(WORDS, 4_000, 4_000)));
    expect(line).toMatchObject({ text: WORDS, unheard: '', isBeingSaid: false });
    expect(new Set([...growing, line].map((each) => each?.key)).size).toBe(1); // it takes the same place
  });

  it('shows what was heard when the caller cuts in, and what was not apart from it', () => {
    const { mirror, happens, said, says } = aCall();
    mirror.follow('CA1');
    const before = says(said(WORDS, 1_500, 4_000));
    const [cut] = linesIn(happens(2_600, said(WORDS, 1_700, 4_000)));

    expect(cut).toMatchObject({
      key: before[0]?.key,
      text: 'We are open from nine to five',
      unheard: ' on weekdays, and on Saturdays until noon.',
      isBeingSaid: false,
    });
  });

  it('never takes back a word, though words come in faster than their sound', () => {
    const { mirror, said, says } = aCall();
    mirror.follow('CA1');
    const [first] = says(said(WORDS, 1_000, 2_000)); // half of the sound that is known
    const second = says(said(WORDS, 1_250, 6_000)); // a fifth

    expect(first?.text).toBe('We are open from nine to five on');
    expect(second).toEqual([]);
  });

  it('costs nothing where nobody follows the call', () => {
    const { mirror, said } = aCall();

    expect(mirror.says('CA1', [said(WORDS, 1_000, 4_000)])).toBe('');
    expect(mirror.says('CA9', [said(WORDS, 1_000, 4_000)])).toBe('');
  });

  it('is told from its beginning to one who follows later, and goes on for both', () => {
    const { mirror, said, says } = aCall();
    mirror.follow('CA1');
    says(said(WORDS, 1_500, 4_000));
    const later = linesIn(mirror.follow('CA1'));

    expect(later.map(({ text }) => text)).toEqual(['We are open from nine to']);
    expect(says(said(WORDS, 1_700, 4_000))).toHaveLength(1);
  });

  it('has two stretches of one answer in their places, though the first is not told of yet', () => {
    const { mirror, happens, said, says } = aCall();
    mirror.follow('CA1');
    const whole = { ...said('One moment, please.', 1_000, 1_000), itemId: 'i0' };
    says(whole);
    happens(2_000, { type: 'agent_started_speaking', responseId: 'r1' });
    const lines = says(whole, said(WORDS, 500, 4_000));

    expect(lines.map(({ text }) => text)).toEqual(['We are']);
    expect(linesIn(happens(2_600, whole)).map(({ key, text }) => [key, text])).toEqual([
      ['agent1000', 'One moment, please.'],
    ]);
  });
});
