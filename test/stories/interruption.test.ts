import { describe, expect, it } from 'vitest';
import { NO_TAP } from '../../src/ports/leg.ts';
import { aCall } from '../support/a-call.ts';

const withoutPlay = (sent: readonly string[]) => sent.filter((entry) => !/^(play|mark)/.test(entry));

describe('a caller who cuts in', () => {
  it('B1: silences the phone before anything else, then tells the model what was heard', () => {
    const { model, sent, clock } = aCall({ capabilities: { yieldsToSpeech: false } });
    model.starts('r1');
    model.delta('hours', 0x11, 3000);

    clock.advance(400);
    model.hearsSpeech();

    expect(withoutPlay(sent)).toEqual(['clear', 'cancel r1', 'truncate hours at 400 ms']);
  });

  it.each([
    [true, 7],
    [false, 2],
  ])(
    'R2: asks the phone often how far it has come only where sound is placed by that (%s)',
    (wantsMarks, marks) => {
      const { model, sent, clock } = aCall({ tap: { ...NO_TAP, wantsMarks } });
      model.starts('r1');
      model.delta('hours', 0x11, 3000);

      clock.advance(1_000);

      expect(sent.filter((entry) => entry.startsWith('mark'))).toHaveLength(marks);
    },
  );

  it('B1: leaves the cancelling to a model that yields by itself', () => {
    const { model, sent, clock } = aCall();
    model.starts('r1');
    model.delta('hours', 0x11, 3000);

    clock.advance(400);
    model.hearsSpeech();

    expect(withoutPlay(sent)).toEqual(['clear', 'truncate hours at 400 ms']);
  });

  it('B1: hears nothing more of the old answer, however late its sound comes', () => {
    const { model, phone, clock } = aCall();
    model.starts('r1');
    model.delta('old', 0x11, 1000);
    clock.advance(300);

    model.hearsSpeech();
    model.delta('old', 0x11, 1000);
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'cancelled', usage: null });
    model.starts('r2');
    model.delta('old', 0x11, 1000);
    model.delta('new', 0x22, 500, 'r2');
    model.delta('old', 0x11, 1000);
    clock.advance(5000);

    expect(phone.heardMs(0x11)).toBe(300);
    expect(phone.heardMs(0x22)).toBe(500);
  });

  it('B1: stops an answer of which no sound has come yet', () => {
    const { model, phone, sent, clock } = aCall();
    model.starts('r1');

    model.hearsSpeech();
    model.delta('late', 0x11, 500);
    clock.advance(1000);

    expect(phone.heardMs(0x11)).toBe(0);
    expect(sent).toEqual([]);
  });

  it.each([0, 50, 150, 400])(
    'B2: counts what was heard exactly when marks take %i ms to come back',
    (markMs) => {
      const { model, phone, sent, clock } = aCall({ journey: { markMs } });
      model.says('hours', { ms: 9000, code: 0x11 });

      clock.advance(4321);
      model.hearsSpeech();
      clock.advance(1000);

      expect(phone.heardMs(0x11)).toBe(4321);
      expect(sent).toContain('truncate hours at 4321 ms');
    },
  );

  it('B2: counts what the phone will have played when the clear reaches it, on a line that is slow both ways', () => {
    const { model, phone, sent, clock } = aCall({ journey: { downMs: 120, markMs: 120 } });
    model.says('hours', { ms: 9000, code: 0x11 });

    clock.advance(2000);
    model.hearsSpeech();
    clock.advance(1000);

    expect(phone.heardMs(0x11)).toBe(2000);
    expect(sent).toContain('truncate hours at 2000 ms');
  });

  it('B2: never admits to more than was received, to the millisecond and below', () => {
    const { model, sent, clock } = aCall();
    model.starts('r1');
    model.delta('word', 0x11, 100.5);
    model.delta('word', 0x11, 60.25);

    clock.advance(5000);
    model.hearsSpeech();

    expect(sent.filter((entry) => entry.startsWith('truncate'))).toEqual(['truncate word at 160 ms']);
  });

  it('B3: cuts the playing item at its own position, queued ones at nothing, heard ones not at all', () => {
    const { model, sent, clock } = aCall();
    model.starts('r1');
    model.delta('heard', 0x11, 500);
    model.delta('playing', 0x22, 1000);
    model.delta('queued', 0x33, 1000);
    model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });

    clock.advance(800);
    model.hearsSpeech();

    expect(withoutPlay(sent)).toEqual(['clear', 'truncate playing at 300 ms', 'truncate queued at 0 ms']);
  });

  it('B3: cuts content parts of one item each by their own index', () => {
    const { model, clock } = aCall();
    const cuts: unknown[] = [];
    model.truncate = (part, heardMs) => void cuts.push([part.itemId, part.contentIndex, heardMs]);
    for (const contentIndex of [0, 1]) {
      const part = { responseId: 'r1', itemId: 'both', contentIndex };
      model.tell({ type: 'audio', part, audio: new Uint8Array(8000).fill(0x11) });
    }

    clock.advance(1250);
    model.hearsSpeech();

    expect(cuts).toEqual([['both', 1, 250]]);
  });

  it('B4: is not misled by marks that come back because of the clear, or that nobody sent', () => {
    const { model, phone, sent, clock } = aCall({ journey: { markMs: 200 } });
    model.says('first', { ms: 2000, response: 'r1', code: 0x11 });
    clock.advance(700);
    model.hearsSpeech(); // the marks of the cut part come back 200 ms later, in the middle of the next answer
    model.hearsPause();

    model.says('second', { ms: 5000, response: 'r2', code: 0x22 });
    phone.tell({ type: 'mark', name: 'nobody sent this' });
    clock.advance(1500);
    model.hearsSpeech();

    expect(phone.heardMs(0x22)).toBe(1500);
    expect(sent.at(-1)).toBe('truncate second at 1500 ms');
  });

  it('B5: is heard just the same when the model finished long ago and the phone still plays', () => {
    const { model, sent, clock } = aCall();
    model.says('hours', { ms: 8000 });

    clock.advance(7000);
    model.hearsSpeech();

    expect(withoutPlay(sent)).toEqual(['clear', 'truncate hours at 7000 ms']);
  });

  it('B5: changes nothing when everything was heard', () => {
    const { model, sent, clock } = aCall();
    model.says('hours', { ms: 800 });
    clock.advance(900);
    sent.length = 0;

    model.hearsSpeech();

    expect(sent).toEqual([]);
  });

  it('B5: is answered once by a storm of speech events', () => {
    const { model, sent, clock } = aCall();
    model.says('hours', { ms: 8000 });
    clock.advance(1000);

    for (let i = 0; i < 200; i++) model.hearsSpeech();

    expect(withoutPlay(sent)).toEqual(['clear', 'truncate hours at 1000 ms']);
  });

  it('is noted with what was heard and what was not', () => {
    const { model, factsOf, clock } = aCall();
    model.says('hours', { ms: 5000 });
    clock.advance(1200);

    model.hearsSpeech();

    expect(factsOf('interrupted')).toMatchObject([{ heardMs: 1200, unheardMs: 3800, atMs: 1200 }]);
    expect(factsOf('agent_said')).toMatchObject([{ itemId: 'hours', heardMs: 1200, totalMs: 5000 }]);
  });

  it('is noted with the moment at which the caller’s phone fell silent, on a line that takes its time', () => {
    const { model, factsOf, clock } = aCall({ journey: { downMs: 40, upMs: 60 } });
    model.says('hours', { ms: 5000 });
    clock.advance(1200);

    model.hearsSpeech();

    // What the caller said at that moment comes 60 ms after it; so this is where it is on the call's clock.
    expect(factsOf('interrupted')).toMatchObject([{ atMs: 1200, heardUntilMs: 1300 }]);
  });
});
