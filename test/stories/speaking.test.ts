import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';

describe('the agent speaking', () => {
  it('S4: keeps only a small lead at the carrier, whatever the speed of the model', () => {
    const { model, phone, clock } = aCall();
    model.says('long', { ms: 60_000, code: 0x11 });

    clock.advance(70_000);

    expect(phone.mostWaitingMs).toBeLessThanOrEqual(400);
    expect(phone.heardMs(0x11)).toBe(60_000);
  });

  it('S4: is heard without a gap while the model is ahead', () => {
    const { model, phone, clock } = aCall();
    model.says('long', { ms: 10_000, code: 0x11 });

    for (let heard = 0; heard < 10_000; heard += 50) {
      expect(phone.heardMs(0x11)).toBe(heard);
      clock.advance(50);
    }
  });

  it('S4: does not burst beyond the lead after the process was stalled', () => {
    const { model, phone, clock } = aCall();
    model.says('long', { ms: 20_000, code: 0x11 });
    clock.advance(1000);

    clock.stall(2000);
    clock.advance(20);
    const afterStallMs = phone.ear.waitingMs;
    clock.advance(18_000);

    expect(afterStallMs).toBeLessThanOrEqual(400);
    expect(phone.mostWaitingMs).toBeLessThanOrEqual(400);
  });

  it('S4: sends the first sound at once', () => {
    const { model, sent } = aCall();

    model.starts('r1');
    model.delta('hello', 0x11, 20);

    expect(sent[0]).toBe('play 20 ms');
  });

  it('sends whole frames, and what is left over only at the end of an answer', () => {
    const { model, phone, sent, clock } = aCall();
    model.starts('r1');
    for (let i = 0; i < 7; i++) model.delta('odd', 0x11, 33);
    clock.advance(500);
    const beforeTheEnd = phone.heardMs(0x11);

    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    clock.advance(100);

    expect(beforeTheEnd % 20).toBe(0);
    expect(phone.heardMs(0x11)).toBe(7 * 33);
    expect(sent.at(-2)).toBe('play 11 ms');
  });

  it('never mixes two answers that come interleaved: one is said after the other', () => {
    const { model, phone, clock } = aCall();
    model.starts('r1');
    model.starts('r2');
    for (let i = 0; i < 10; i++) {
      model.delta('one', 0x11, 100, 'r1');
      model.delta('two', 0x22, 100, 'r2');
    }
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    model.tell({ type: 'response_done', responseId: 'r2', outcome: 'completed', usage: null });
    clock.advance(5000);

    const order = phone.arrivals.flatMap(({ codes }) => [...codes]);
    expect(order.indexOf(0x22)).toBeGreaterThan(order.lastIndexOf(0x11));
    expect(phone.heardMs(0x11)).toBe(1000);
    expect(phone.heardMs(0x22)).toBe(1000);
  });

  it('is not held up for ever by an answer whose end got lost', () => {
    const { model, phone, clock } = aCall();
    model.starts('r1');
    model.delta('endless', 0x11, 130);
    clock.advance(2000);

    model.says('next', { ms: 500, response: 'r2', code: 0x22 });
    clock.advance(2000);

    expect(phone.heardMs(0x11)).toBe(130);
    expect(phone.heardMs(0x22)).toBe(500);
  });

  it('P3: lets a model that floods keep two minutes of sound, and stops the rest of that answer', () => {
    const { model, sent, factsOf } = aCall();
    model.starts('r1');

    for (let i = 0; i < 600; i++) model.delta('flood', 0x11, 1000);

    expect(factsOf('problem')).toMatchObject([{ code: 'answer_too_long' }]);
    expect(sent).toContain('cancel r1');
  });

  it('P3: stops sending to a phone that does not read, and goes on when it does', () => {
    const { model, phone, sent, clock } = aCall();
    model.says('long', { ms: 10_000, code: 0x11 });
    clock.advance(1000);

    phone.backlogBytes = 100_000;
    sent.length = 0;
    clock.advance(3000);
    const whileStuck = [...sent];
    phone.backlogBytes = 0;
    clock.advance(100);

    expect(whileStuck).toEqual([]);
    expect(sent.length).toBeGreaterThan(0);
  });

  it('R1: tells what was said once it was heard, in the order it was heard', () => {
    const { model, factsOf, clock } = aCall();
    const words = (item: string, text: string) =>
      model.tell({ type: 'words', part: { responseId: 'r1', itemId: item, contentIndex: 0 }, text });
    model.starts('r1');
    words('one', 'Good ');
    words('one', 'day.');
    model.delta('one', 0x11, 600);
    words('two', 'How can I help?');
    model.delta('two', 0x22, 900);
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });

    clock.advance(1000);
    const afterASecond = factsOf('agent_said').map(({ text }) => text);
    clock.advance(1000);

    expect(afterASecond).toEqual(['Good day.']);
    expect(factsOf('agent_said')).toMatchObject([
      { text: 'Good day.', heardMs: 600, totalMs: 600 },
      { text: 'How can I help?', heardMs: 900, totalMs: 900 },
    ]);
  });
});
