import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_TAP } from '../../src/ports/leg.ts';
import type { Delay, Journey } from '../../src/testing/simulated-phone.ts';
import { aCall } from '../support/a-call.ts';
import { MARK_DELAYS, randomFrom } from '../support/mark-delays.ts';

const HOURS = 0x11;
const MORE = 0x22;

const truncations = (sent: readonly string[]) =>
  sent.flatMap((entry) => {
    const [, item, ms] = /^truncate (\w+) at (\d+) ms$/.exec(entry) ?? [];
    return item === undefined ? [] : [{ item, ms: Number(ms) }];
  });

/** Two answers of twenty seconds on one line, each cut off after so long. */
function cutOffTwice(journey: Partial<Journey>, cutMs: readonly [number, number], wantsMarks = false) {
  const it = aCall({ journey, tap: { ...NO_TAP, wantsMarks } });
  it.phone.keepsSending();
  it.clock.advance(500);
  it.model.says('hours', { ms: 20_000, code: HOURS, response: 'r1' });
  it.clock.advance(cutMs[0]);
  it.model.hearsSpeech();
  it.clock.advance(300);
  it.model.hearsPause();
  it.model.says('more', { ms: 20_000, code: MORE, response: 'r2' });
  it.clock.advance(cutMs[1]);
  it.model.hearsSpeech();
  it.clock.advance(1_500);
  return it;
}

function expectTruth({ phone, sent, factsOf }: ReturnType<typeof cutOffTwice>, mostOffMs: number): void {
  const cuts = truncations(sent);
  expect(cuts.map(({ item }) => item)).toEqual(['hours', 'more']);
  expect(Math.abs((cuts[0]?.ms ?? 0) - phone.heardMs(HOURS))).toBeLessThanOrEqual(mostOffMs);
  expect(Math.abs((cuts[1]?.ms ?? 0) - phone.heardMs(MORE))).toBeLessThanOrEqual(mostOffMs);
  expect(phone.stretches.map(({ code }) => code)).toEqual([HOURS, MORE]); // no gap in either
  expect(factsOf('problem')).toEqual([]);
}

const cut = fc.integer({ min: 60, max: 19_500 });

describe('marks that come late, on a line whose frames keep coming', () => {
  it.each(Object.entries(MARK_DELAYS))(
    'B10: hide nothing and break nothing when they are late: %s',
    (_, delays) => {
      fc.assert(
        fc.property(fc.nat(), cut, cut, fc.boolean(), (seed, first, second, wantsMarks) => {
          const markMs: Delay = delays(randomFrom(seed));
          expectTruth(cutOffTwice({ downMs: 30, upMs: 30, markMs }, [first, second], wantsMarks), 3);
        }),
        { numRuns: 6 },
      );
    },
  );

  it('B10: hide nothing and break nothing, whatever they are late by', () => {
    const lateness = fc.array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(lateness, cut, cut, fc.boolean(), (latenessMs, first, second, answersPings) => {
        let nth = 0;
        const markMs = () => latenessMs[nth++ % latenessMs.length] ?? 0;
        expectTruth(cutOffTwice({ markMs, answersPings }, [first, second]), 3);
      }),
      { numRuns: 30 },
    );
  });

  it('B10: are told from a slow way up, frames and all', () => {
    fc.assert(
      fc.property(fc.nat(), cut, cut, (seed, first, second) => {
        const random = randomFrom(seed);
        const upMs = () => (random() < 0.01 ? 900 * random() : 40);
        expectTruth(cutOffTwice({ downMs: 40, upMs }, [first, second]), 40);
      }),
      { numRuns: 30 },
    );
  });

  it('B2: do not hide that the phone ran dry, because sound was held up on its way there', () => {
    const heldUp: Delay = (now) => (now >= 4_000 && now < 4_700 ? 4_700 - now : 20);
    const { clock, model, phone, sent } = aCall({ journey: { downMs: heldUp, upMs: 20 } });
    phone.keepsSending();
    clock.advance(500);
    model.says('hours', { ms: 20_000, code: HOURS });
    clock.advance(6_000);

    model.hearsSpeech();
    clock.advance(1_000);

    expect(phone.stretches.map(({ code }) => code)).toEqual([HOURS, HOURS]); // nobody could help that gap
    expect(Math.abs((truncations(sent)[0]?.ms ?? 0) - phone.heardMs(HOURS))).toBeLessThanOrEqual(40);
  });
});
