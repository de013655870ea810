import { describe, expect, it } from 'vitest';
import type { Journey } from '../../src/testing/simulated-phone.ts';
import { aCall, type CallOptions } from '../support/a-call.ts';

const OLD = 0x11;
const NEW = 0x22;

/** A long answer, and a phone that ceases to read in its middle while its user's frames keep coming. */
function aPhoneFallsDeaf(
  journey: Partial<Journey> = { downMs: 20, upMs: 20 },
  plan: CallOptions['plan'] = {},
) {
  const it = aCall({ journey, plan });
  it.phone.keepsSending();
  it.clock.advance(500);
  it.model.starts('r1');
  it.model.delta('old', OLD, 60_000);
  it.clock.advance(4_000);
  it.phone.stopsReading();
  return it;
}

const truncatedAt = (sent: readonly string[], item: string) =>
  sent.flatMap(
    (entry) => new RegExp(`^truncate ${item} at (\\d+) ms$`).exec(entry)?.slice(1).map(Number) ?? [],
  );

describe('a phone that takes nothing for a while', () => {
  it.each([
    ['and says when it gets something', { downMs: 20, upMs: 20 }, 250],
    ['and only ever gives marks back', { downMs: 20, upMs: 20, answersPings: false }, 350],
  ])('B10: hears nothing old when it reads again %s', (_how, journey, mostOffMs) => {
    const { phone, clock, sent, model, factsOf } = aPhoneFallsDeaf(journey);

    clock.advance(20_000);
    const heardMs = phone.heardMs(OLD);
    const fellSilentAt = phone.stretches.at(-1)?.untilMs ?? 0;
    phone.readsAgain();
    clock.advance(5_000);

    expect(phone.heardMs(OLD)).toBe(heardMs);
    expect(heardMs).toBeGreaterThan(4_000);
    expect(truncatedAt(sent, 'old')).toEqual([expect.any(Number)]);
    expect(Math.abs((truncatedAt(sent, 'old')[0] ?? 0) - heardMs)).toBeLessThanOrEqual(mostOffMs);
    expect(sent.filter((entry) => entry.startsWith('cancel'))).toEqual(['cancel r1']);
    expect(factsOf('problem')).toMatchObject([{ code: 'phone_is_deaf' }]);
    expect(fellSilentAt).toBeLessThan(1_000 + 500 + 4_000 + 500);
    expect(model.wants).toEqual(['operator']); // to go on from there
    expect(model.added).toMatchObject([{ type: 'text', from: 'house' }]);
  });

  it.each([
    ['that says when it gets something', true],
    ['that only ever gives marks back', false],
  ])(
    'B10: hears nothing old if it took nothing from its first moment on, on a line %s',
    (_how, answersPings) => {
      const { phone, clock, model, factsOf } = aCall({ journey: { downMs: 20, upMs: 20, answersPings } });
      phone.stopsReading();
      phone.keepsSending();
      model.says('old', { ms: 15_000, code: OLD });

      clock.advance(20_000);
      phone.readsAgain();
      clock.advance(1_000);
      model.says('new', { ms: 1_000, code: NEW, response: 'r2' });
      clock.advance(2_000);

      expect([phone.heardMs(OLD), phone.heardMs(NEW)]).toEqual([0, 1_000]);
      expect(factsOf('problem')).toMatchObject([{ code: 'phone_is_deaf' }]);
    },
  );

  it.each([200, 1_200])(
    'was told nothing of a greeting of %d ms it took nothing of, and is told so',
    (ms) => {
      const { phone, clock, model, factsOf } = aCall({ journey: { downMs: 20, upMs: 20 } });
      phone.stopsReading();
      phone.keepsSending();
      model.starts('r1');
      model.delta('greeting', OLD, ms);
      clock.advance(50);
      model.says('greeting', { ms: 0, code: OLD });

      clock.advance(4_000);
      phone.readsAgain();
      clock.advance(1_000);

      expect(phone.heardMs(OLD)).toBe(0);
      expect(factsOf('agent_said')).toMatchObject([{ itemId: 'greeting', heardMs: 0 }]);
      expect(model.wants).toEqual(['operator']);
    },
  );

  it('hears nothing of what the caller talked over while nobody knew that it takes nothing', () => {
    const { phone, clock, model, sent } = aCall({ journey: { downMs: 20, upMs: 20 } });
    phone.stopsReading();
    phone.keepsSending();
    clock.advance(500);
    model.says('old', { ms: 200, code: OLD });
    clock.advance(300);
    model.hearsSpeech();
    clock.advance(1_000);
    model.hearsPause();

    clock.advance(2_000);
    phone.readsAgain();
    clock.advance(1_000);

    expect(phone.heardMs(OLD)).toBe(0);
    expect(sent.filter((entry) => entry === 'clear')).toHaveLength(1);
  });

  it('hears no old rest of an answer behind which another one was said', () => {
    const { phone, clock, model } = aCall({ journey: { downMs: 20, upMs: 20 } });
    phone.keepsSending();
    clock.advance(500);
    model.says('old', { ms: 1_200, code: OLD });
    clock.advance(650);
    phone.stopsReading();
    clock.advance(1_100);
    model.says('new', { ms: 2_000, code: NEW, response: 'r2' });
    clock.advance(1_750);
    const heardMs = phone.heardMs(OLD);
    phone.readsAgain();
    clock.advance(2_000);

    expect([heardMs < 1_200, phone.heardMs(OLD) - heardMs]).toEqual([true, 0]);
  });

  it('P3: is sent no more than two seconds of sound', () => {
    const { clock, sent, model } = aPhoneFallsDeaf();
    sent.length = 0;

    for (let s = 0; s < 60; s++) {
      clock.advance(1_000);
      model.starts(`r${s + 2}`);
      model.delta(`i${s}`, NEW, 5_000, `r${s + 2}`);
    }

    const ms = sent.flatMap((entry) => /^play (\d+) ms$/.exec(entry)?.slice(1).map(Number) ?? []);
    expect(ms.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(2_000);
    expect(sent.filter((entry) => entry === 'clear')).toHaveLength(1);
  });

  it('goes on where it stopped when it was deaf for less than two seconds', () => {
    const { phone, clock, sent, model } = aPhoneFallsDeaf();

    clock.advance(1_700);
    phone.readsAgain();
    clock.advance(3_000);
    model.hearsSpeech();
    clock.advance(100);

    expect(phone.stretches.map(({ code }) => code)).toEqual([OLD, OLD]);
    expect(phone.heardMs(OLD)).toBeGreaterThan(4_000 + 2_500);
    const [toldMs = 0] = truncatedAt(sent, 'old');
    expect(phone.heardMs(OLD) - toldMs).toBeGreaterThanOrEqual(0); // nothing was left out, …
    expect(phone.heardMs(OLD) - toldMs).toBeLessThanOrEqual(250); // … and hardly anything said twice
    expect(model.added).toEqual([]);
  });

  it('hears what the model has only just said when it reads again', () => {
    const { phone, clock, model } = aPhoneFallsDeaf();
    clock.advance(18_000);

    model.hearsSpeech();
    model.hearsPause();
    model.says('new', { ms: 1_500, code: NEW, response: 'r2' });
    clock.advance(1_000);
    phone.readsAgain();
    clock.advance(3_000);

    expect(phone.heardMs(NEW)).toBe(1_500);
  });

  it('was told nothing of an answer that was sent to it, and is told so', () => {
    const { phone, clock, model, sent, factsOf } = aCall({ journey: { downMs: 20, upMs: 20 } });
    phone.keepsSending();
    model.says('first', { ms: 500, code: OLD, response: 'r1' });
    clock.advance(1_000);
    phone.stopsReading();
    model.says('second', { ms: 600, code: NEW, response: 'r2' });

    clock.advance(8_000);
    phone.readsAgain();
    clock.advance(1_000);

    expect(phone.heardMs(NEW)).toBe(0);
    expect(truncatedAt(sent, 'second')).toEqual([0]);
    expect(factsOf('agent_said')).toMatchObject([
      { itemId: 'first', heardMs: 500 },
      { itemId: 'second', heardMs: 0 },
    ]);
  });

  it('is silenced once by a caller who cuts in meanwhile', () => {
    const { phone, clock, model, sent } = aPhoneFallsDeaf();
    clock.advance(1_900);
    model.hearsSpeech();
    clock.advance(500);
    model.hearsPause();
    clock.advance(17_500);
    const heardMs = phone.heardMs(OLD);
    phone.readsAgain();
    clock.advance(2_000);

    expect(sent.filter((entry) => entry === 'clear')).toHaveLength(1);
    expect(truncatedAt(sent, 'old')).toHaveLength(1);
    expect(phone.heardMs(OLD)).toBe(heardMs);
    expect(model.wants).toEqual([]); // the caller's turn is answered, and nothing else
  });

  it('is held and let go by a noise as if nothing were the matter', () => {
    const { phone, clock, model, factsOf } = aPhoneFallsDeaf(undefined, { interruption: 'confirmed' });
    clock.advance(1_500);

    model.hearsSpeech();
    clock.advance(500);
    model.hearsPause();
    clock.advance(18_000);
    phone.readsAgain();
    clock.advance(1_000);

    expect(factsOf('held')).toEqual([]);
    expect(factsOf('went_on')).toEqual([]);
    expect(phone.heardMs(OLD)).toBeLessThan(5_000);
  });

  it('is not what a process sees that was stalled itself', () => {
    const { phone, clock, model, factsOf } = aCall({ journey: { downMs: 20, upMs: 20 } });
    phone.keepsSending();
    model.says('old', { ms: 10_000, code: OLD });
    clock.advance(2_000);

    clock.stall(3_000);
    clock.advance(12_000);

    expect(factsOf('problem')).toEqual([]);
    expect(phone.heardMs(OLD)).toBe(10_000);
  });

  it('B4: is not what a phone is that gives no marks back any more, but hears', () => {
    const { phone, clock, model, sent, factsOf } = aCall({ journey: { downMs: 20, upMs: 20 } });
    phone.keepsSending();
    model.says('old', { ms: 30_000, code: OLD });
    clock.advance(3_000);

    phone.journey.markMs = Number.POSITIVE_INFINITY;
    clock.advance(20_000);
    model.hearsSpeech();
    clock.advance(1_000);

    expect(phone.stretches).toHaveLength(1);
    expect(truncatedAt(sent, 'old')).toEqual([23_000]);
    expect(factsOf('problem')).toEqual([]);
  });

  it('B4: is believed to hear again, after a while, where it has nothing to tell that with', () => {
    const { phone, clock, model } = aCall({ journey: { answersPings: false } });
    phone.keepsSending();
    model.says('old', { ms: 30_000, code: OLD });
    clock.advance(3_000);

    phone.journey.markMs = Number.POSITIVE_INFINITY;
    clock.advance(35_000);
    model.hearsSpeech();
    model.hearsPause();
    model.says('new', { ms: 10_000, code: NEW, response: 'r2' });
    clock.advance(12_000);

    expect(phone.heardMs(NEW)).toBe(10_000);
  });
});
