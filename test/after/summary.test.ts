import { describe, expect, it } from 'vitest';
import { summarise } from '../../src/after/summary.ts';
import { NO_USAGE } from '../../src/call/recall/sums.ts';
import type { OutOfBandRequest, Session, SessionEvent } from '../../src/ports/session.ts';
import { CAPABILITIES } from '../../src/testing/scripted-model.ts';
import { aSilentSession } from '../support/a-silent-session.ts';
import { TestClock } from '../support/test-clock.ts';

const FIELDS = {
  schema: { type: 'object', properties: { reason: { type: 'string' } } },
  read: (value: unknown) =>
    typeof value === 'object' && value !== null && 'reason' in value ? { reason: value.reason } : null,
};

/** A model that answers beside the conversation as the test has it. */
function aReader(answer: (request: OutOfBandRequest) => SessionEvent | null) {
  const clock = new TestClock();
  const asked: OutOfBandRequest[] = [];
  let isClosed = false;
  const model = {
    open(_setup: unknown, tell: (event: SessionEvent) => void): Session {
      queueMicrotask(() => tell({ type: 'ready', capabilities: CAPABILITIES }));
      return aSilentSession({
        askOutOfBand(request) {
          asked.push(request);
          const event = answer(request);
          if (event) queueMicrotask(() => tell(event));
        },
        close() {
          isClosed = true;
        },
      });
    },
  };
  return { model, clock, asked, isClosed: () => isClosed };
}

const answering = (text: string | null) => (): SessionEvent => ({
  type: 'out_of_band_answered',
  askId: 'summary',
  text,
});

describe('the summary of a call', () => {
  it('holds what it was about, and the fields the agent asks for', async () => {
    const { model, clock, asked, isClosed } = aReader(
      answering('```json\n{"summary":"Wanted the hours.","fields":{"reason":"hours"}}\n```'),
    );

    expect(await summarise('caller: When are you open?', FIELDS, model, clock)).toEqual({
      summary: 'Wanted the hours.',
      fields: { reason: 'hours' },
    });
    expect(asked).toMatchObject([{ input: 'caller: When are you open?' }]);
    expect(asked[0]?.instructions).toContain('"reason"');
    expect(isClosed()).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('tells what it cost', async () => {
    const usage = { ...NO_USAGE, textIn: 900, textOut: 30 };
    const { model, clock } = aReader(() => ({
      type: 'out_of_band_answered',
      askId: 'summary',
      text: '{"summary":"Wanted the hours."}',
      usage,
    }));

    expect(await summarise('caller: Hello?', null, model, clock)).toMatchObject({ usage });
  });

  it.each([
    ['none', null],
    ['no JSON', 'They wanted the hours.'],
    ['half a JSON', '{"summary":"They'],
    ['something else', '{"abstract":"They wanted the hours."}'],
  ])('is left out when the answer is %s', async (_name, text) => {
    const { model, clock } = aReader(answering(text));

    expect(await summarise('caller: Hello?', FIELDS, model, clock)).toBeNull();
  });

  it('drops fields that are not what was asked for', async () => {
    const { model, clock } = aReader(answering('{"summary":"Wanted the hours.","fields":{"colour":"red"}}'));

    expect(await summarise('caller: Hello?', FIELDS, model, clock)).toEqual({
      summary: 'Wanted the hours.',
      fields: {},
    });
  });

  it('is given up when the model does not answer, or is lost', async () => {
    const silent = aReader(() => null);
    const waiting = summarise('caller: Hello?', null, silent.model, silent.clock);
    await Promise.resolve();
    await Promise.resolve();
    silent.clock.advance(30_000);
    expect(await waiting).toBeNull();
    expect(silent.isClosed()).toBe(true);

    const lost = aReader(() => ({ type: 'lost', reason: 'dropped', detail: 'closed_1006' }));
    expect(await summarise('caller: Hello?', null, lost.model, lost.clock)).toBeNull();
  });
});
