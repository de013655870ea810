import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';
import { aRoom, caller, monologue } from '../support/a-room.ts';

/** A model that speaks and listens, and can do nothing else that the Realtime API can. */
const PLAIN = {
  truncates: false,
  cancels: false,
  hasTurnEvents: false,
  answersTurns: false,
  yieldsToSpeech: false,
  takesHistory: false,
  pacing: 'real_time',
} as const;

const kindsOf = (facts: readonly { type: string }[], ...types: string[]) =>
  facts.map(({ type }) => type).filter((type) => types.includes(type));

describe('a model that does not notice turns', () => {
  it.each(['immediate', 'confirmed'] as const)(
    'is talked over all the same, by our own ear, and asked for an answer when the caller has ended (%s)',
    (interruption) => {
      const { model, facts, sent, pass, says } = aRoom({ interruption, capabilities: PLAIN });
      monologue(model, 10);
      pass(2_000);
      says(caller('hello'));
      pass(6_000);

      expect(sent).toContain('clear');
      expect(kindsOf(facts, 'caller_started_speaking', 'interrupted', 'caller_stopped_speaking')).toEqual([
        'caller_started_speaking',
        'interrupted',
        'caller_stopped_speaking',
      ]);
      expect(sent.filter((entry) => /commit|respond/.test(entry))).toEqual(['commit', 'respond caller_turn']);
      expect(sent.filter((entry) => /truncate|cancel/.test(entry))).toEqual([]);
    },
  );

  it('does not hear its own echo as a caller', () => {
    const { model, facts, pass } = aRoom({
      echoDb: -22,
      echoMs: 120,
      interruption: 'immediate',
      capabilities: PLAIN,
    });
    monologue(model, 10);
    pass(12_000);

    expect(kindsOf(facts, 'caller_started_speaking', 'interrupted')).toEqual([]);
  });

  it('leaves it to the keys where the caller holds one to talk', () => {
    const { model, sent, phone, lineBrings } = aCall({
      plan: { turnDetection: { type: 'manual' } },
      capabilities: PLAIN,
    });
    lineBrings(new Uint8Array(8_000).fill(0x11));
    lineBrings(new Uint8Array(16_000).fill(0xff));
    const withoutKeys = [...sent];

    phone.tell({ type: 'digit', digit: '*' });
    phone.tell({ type: 'digit', digit: '#' });

    expect(withoutKeys).toEqual([]);
    expect(sent).toEqual(['discard', 'commit', 'respond caller_turn']);
    expect(model.wants).toEqual(['caller_turn']);
  });
});

describe('a model that cannot be told how much was heard', () => {
  it('is told in words that the caller did not hear it out', () => {
    const { model, clock, factsOf } = aCall({ capabilities: { truncates: false, cancels: false } });
    model.says('a long story', { ms: 3_000 });
    clock.advance(800);

    model.hearsSpeech();

    expect(factsOf('interrupted')).toMatchObject([{ heardMs: 800, unheardMs: 2_200 }]);
    expect(model.added).toMatchObject([{ from: 'house', text: expect.stringContaining('did not hear') }]);
  });

  it('is waited for, where it cannot be stopped either, and nothing of that is heard', () => {
    const { model, clock, phone, sent } = aCall({
      capabilities: { cancels: false, yieldsToSpeech: false, answersTurns: false },
    });
    model.starts('r1');
    model.delta('i1', 0x55, 1_000);
    clock.advance(500);
    model.hearsSpeech();
    phone.takeHeard();
    model.delta('i1', 0x66, 1_000);
    model.hearsPause();
    clock.advance(2_000);
    const whileItIsMade = sent.filter((entry) => entry.startsWith('respond'));

    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });

    expect([...phone.takeHeard()].filter((code) => code === 0x66)).toEqual([]);
    expect(whileItIsMade).toEqual([]);
    expect(model.wants).toEqual(['caller_turn']);
  });
});

describe('a model that has to be given its words in time', () => {
  it('is heard a little later, so that a late piece of it leaves no gap', () => {
    const { model, phone, clock } = aCall({ capabilities: { pacing: 'real_time' } });
    model.starts('r1');
    model.delta('i1', 0x55, 100);
    clock.advance(100);
    const atFirst = phone.takeHeard().filter((code) => code === 0x55).length;
    model.delta('i1', 0x55, 200);
    clock.advance(200);

    expect(atFirst).toBe(0);
    expect(phone.takeHeard().filter((code) => code === 0x55).length).toBe(800); // from 200 ms on
  });
});
