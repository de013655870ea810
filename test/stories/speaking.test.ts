import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
    const afterStallMs = phone.waitingMs;
    clock.advance(18_000);

    expect(afterStallMs).toBeLessThanOrEqual(400);
    expect(phone.mostWaitingMs).toBeLessThanOrEqual(400);
  });

  it('S4: sends the first sound at once', () => {
    const { model, sent } = aCall();

    model.starts('r1');
    model.delta('hello', 0x11, 20);

    expect(sent).toEqual(['play 20 ms']);
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

  it.each([
    ['drop by drop', 600, 1_000],
    ['in messages as long as they may be', 10, 98_000],
    ['in one that is longer than they may be', 1, 375_000],
    ['in a hundred stretches', 100, 6_000],
  ])('P3: holds less than 2 MiB of a model that floods %s', (_how, deltas, ms) => {
    const { model } = aCall();
    const before = heldBytes();
    model.starts('r1');

    for (let i = 0; i < deltas; i++) model.delta(deltas === 100 ? `flood-${i}` : 'flood', 0x11, ms);

    expect(heldBytes() - before).toBeLessThan(2 * 1024 * 1024);
    expect(model.isClosed).toBe(false); // and is held until here
  });

  it('P3: holds less than 2 MiB of a model that floods with words', () => {
    const { model } = aCall();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 5_000; i++) {
      const part = { responseId: `r${i}`, itemId: `flood-${i}`, contentIndex: 0 };
      model.tell({ type: 'words', part, text: `${i} `.repeat(1_000) });
    }

    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 * 1024 * 1024);
    expect(model.isClosed).toBe(false);
  });

  it('goes on after an answer that was stopped for its length: what was taken of it is all there is', () => {
    const { model, phone, factsOf, clock } = aCall();
    model.starts('r1');
    for (let i = 0; i < 200; i++) model.delta('flood', 0x11, 1000);
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'cancelled', usage: null });
    clock.advance(125_000);

    model.hearsSpeech();
    model.hearsPause();
    model.says('next', { ms: 500, response: 'r2', code: 0x22 });
    clock.advance(1000);

    expect(factsOf('agent_said')).toMatchObject([
      { responseId: 'r1', heardMs: 120_000, totalMs: 120_000 },
      { responseId: 'r2' },
    ]);
    expect(factsOf('interrupted')).toEqual([]);
    expect(phone.heardMs(0x22)).toBe(500);
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

  it('R1: does not take words that come after their sound was heard for something not yet said', () => {
    const { model, factsOf, clock } = aCall();
    const part = { responseId: 'r1', itemId: 'one', contentIndex: 0 };
    model.starts('r1');
    model.tell({ type: 'words', part, text: 'Good ' });
    model.delta('one', 0x11, 600);
    model.tell({ type: 'audio_done', part });
    clock.advance(1000);
    model.tell({ type: 'words', part, text: 'day.' });
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });

    model.hearsSpeech();

    expect(factsOf('agent_said')).toMatchObject([{ text: 'Good day.', heardMs: 600 }]);
    expect(factsOf('interrupted')).toEqual([]);
  });

  it('R1: tells what was heard of the words in which the caller hung up', () => {
    const { call, model, facts, clock } = aCall();
    model.says('long', { ms: 5000 });
    clock.advance(1000);

    call.end('caller_hung_up');

    expect(facts.slice(-2)).toMatchObject([
      { type: 'agent_said', heardMs: 1000, totalMs: 5000 },
      { type: 'ended', reason: 'caller_hung_up' },
    ]);
  });

  it('notes no interruption of an answer that had not made a sound', () => {
    const { model, factsOf } = aCall();
    model.starts('r1');
    const part = { responseId: 'r1', itemId: 'one', contentIndex: 0 };
    model.tell({ type: 'words', part, text: 'Good day.' });

    model.hearsSpeech();

    expect([factsOf('agent_said'), factsOf('interrupted')]).toEqual([[], []]);
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What sound and other bytes take up, once everything that nobody holds is gone. */
function heldBytes(): number {
  collectGarbage();
  collectGarbage(); // the first may still be sweeping in the background
  return process.memoryUsage().arrayBuffers;
}
