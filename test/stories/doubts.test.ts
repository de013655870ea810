import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';
import { aRoom, caller, monologue } from '../support/a-room.ts';

const factsNamed = (facts: readonly { type: string }[], ...types: string[]) =>
  facts.map(({ type }) => type).filter((type) => types.includes(type));

describe('an agent that makes sure it was meant', () => {
  it.each(['cough', 'mhm'])('B7 B8: falls silent for a %s, and goes on where it stopped', (noise) => {
    const { model, phone, facts, sent, pass, says } = aRoom();
    monologue(model, 10);
    pass(2_000);
    says(caller(noise));
    pass(12_000);

    expect(factsNamed(facts, 'held', 'went_on', 'interrupted')).toEqual(['held', 'went_on']);
    expect(sent.filter((entry) => /truncate|cancel|respond/.test(entry))).toEqual([]);
    expect(facts.find(({ type }) => type === 'agent_said')).toMatchObject({
      heardMs: 10_000,
      totalMs: 10_000,
    });
    expect(phone.mostWaitingMs).toBeLessThanOrEqual(400);
  });

  it('B7: says every word of it once, whatever was held in between', () => {
    const { model, phone, pass, says } = aRoom();
    model.starts('r1');
    model.delta('story', 0x21, 3_000);
    model.delta('story', 0x22, 3_000);
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    pass(2_500);
    says(caller('cough'));
    pass(8_000);

    expect(phone.heardMs(0x21)).toBeCloseTo(3_000, -1);
    expect(phone.heardMs(0x22)).toBeCloseTo(3_000, -1);
  });

  it('B7 B8: gives way to a word within 400 ms of its start, and answers it', () => {
    const { model, facts, sent, pass, says } = aRoom();
    monologue(model, 10);
    pass(2_000);
    says(caller('hello'));
    pass(400);

    expect(factsNamed(facts, 'interrupted')).toEqual(['interrupted']);
    const truncated = sent.find((entry) => entry.startsWith('truncate'));
    expect(truncated).toBeDefined();
    expect(Number(/at (\d+) ms/.exec(truncated ?? '')?.[1])).toBeGreaterThan(2_000);

    pass(1_500);
    expect(sent.at(-1)).toBe('respond caller_turn');
  });

  it('notes that it was silent from when it doubted, not from when it was sure', () => {
    const { model, facts, pass, says } = aRoom();
    monologue(model, 10);
    pass(2_000);
    says(caller('hello'));
    pass(400);

    const held = facts.find(({ type }) => type === 'held');
    const interrupted = facts.find(({ type }) => type === 'interrupted');
    expect(interrupted?.atMs).toBeGreaterThan(held?.atMs ?? Number.POSITIVE_INFINITY);
    expect(interrupted).toMatchObject({ heardUntilMs: held?.atMs });
  });

  it.each([80, 240, 400])('B9: is not interrupted by its own voice, back after %i ms', (echoMs) => {
    const { model, facts, sent, pass } = aRoom({ echoDb: -20, echoMs });
    monologue(model, 60);
    pass(60_000);

    expect(factsNamed(facts, 'caller_started_speaking')).not.toEqual([]); // the model's ear was taken in
    expect(factsNamed(facts, 'held', 'interrupted')).toEqual([]);
    expect(sent).not.toContain('clear');
  });

  it.each(['opening_hours', 'hello', 'wait', 'no', 'order_status'])(
    'B9: lets a caller who says "%s" over its echo through within 600 ms',
    (sentence) => {
      const { model, facts, pass, says } = aRoom({ echoDb: -20, echoMs: 240 });
      monologue(model, 20);
      pass(5_000);
      says(caller(sentence));
      pass(600);

      expect(factsNamed(facts, 'interrupted')).toEqual(['interrupted']);
    },
  );

  it('B7: answers a caller who speaks after it at once, without a doubt', () => {
    const { model, facts, sent, pass, says } = aRoom();
    monologue(model, 2);
    pass(3_000);
    says(caller('cough'));
    pass(1_500);

    expect(factsNamed(facts, 'held')).toEqual([]);
    expect(sent.at(-1)).toBe('respond caller_turn');
  });
});

describe('a protected passage', () => {
  const greeting = { kind: 'exactly', text: 'This call is recorded.', isProtected: true } as const;

  it('B7: is heard to its end, and the caller who spoke meanwhile is answered after it', () => {
    const { model, phone, sent, clock } = aCall({
      plan: { greeting },
      capabilities: { answersTurns: false, yieldsToSpeech: false },
    });
    model.starts('r1', 'greeting');
    model.delta('notice', 0x11, 2_000);
    clock.advance(500);
    model.hearsSpeech();
    clock.advance(500);
    model.hearsPause();
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    clock.advance(3_000);

    expect(phone.heardMs(0x11)).toBe(2_000);
    expect(sent.filter((entry) => /clear|truncate|respond/.test(entry))).toEqual([
      'respond greeting',
      'respond caller_turn',
    ]);
  });
});
