import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';

const talk = (sent: readonly string[]) => sent.filter((entry) => !/^(play|mark)/.test(entry));

/** The caller is on the line, and the model is still being reached. */
function waiting() {
  const story = aCall({ begins: 'ringing', plan: { greeting: { kind: 'exactly', text: 'Hello.' } } });
  story.call.connect(story.phone);
  return story;
}

describe('a caller who is there before the model', () => {
  it('has the keys told that they pressed, is greeted first, and then answered', () => {
    const { model, phone, sent } = waiting();
    for (const digit of ['4', '2', '#']) phone.tell({ type: 'digit', digit });

    model.isReady();
    const atFirst = talk(sent);
    model.says('hello', { ms: 400, response: 'r1', want: 'greeting' });

    expect(atFirst).toEqual(['add text', 'respond greeting']);
    expect(talk(sent)).toEqual(['add text', 'respond greeting', 'respond caller_turn']);
    expect(model.added).toMatchObject([{ text: expect.stringContaining('42') }]);
  });

  it('is told of in the log when the model cannot be reached, with what to do about it', () => {
    const { model, facts, endReason } = waiting();
    const hint = '127.0.0.1:1, from OPENAI_BASE_URL, refuses the connection.';

    model.tell({ type: 'problem', code: 'tries_again_ECONNREFUSED' });
    model.tell({ type: 'lost', reason: 'unreachable', detail: 'ECONNREFUSED', hint });

    expect(facts.filter(({ type }) => type === 'problem')).toMatchObject([
      { code: 'tries_again_ECONNREFUSED' },
      { code: 'ECONNREFUSED', hint },
    ]);
    expect(endReason()).toBe('model_unreachable');
  });
});
