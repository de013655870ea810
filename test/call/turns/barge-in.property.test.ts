import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCall } from '../../support/a-call.ts';

/** Every item has a sound of its own, so that the phone can tell what it heard of each. */
const codeOf = (item: number) => 1 + (item % 250);

const journey = fc.record({
  downMs: fc.integer({ min: 0, max: 200 }),
  markMs: fc.integer({ min: 0, max: 400 }),
});

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant('delta' as const), ms: fc.integer({ min: 1, max: 1500 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 1500 }) }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('newItem' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('newAnswer' as const), isDone: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('done' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('speech' as const),
      lateDeltas: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('strayMark' as const) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('lateDone' as const) }) },
);

describe('giving way, under any order of events', () => {
  it('B1 B2 B3 B4: lets no stale sound through after a clear, and truncates every cut item at what was heard of it', () => {
    fc.assert(
      fc.property(journey, fc.array(step, { minLength: 5, maxLength: 60 }), (journey, steps) => {
        const { model, phone, clock } = aCall({ journey });
        const receivedMs = new Map<number, number>();
        const truncatedAt = new Map<number, number>();
        const cutItems = new Set<number>();
        const doneAnswers = new Set<number>();
        const settled = new Map<number, number>();
        let answer = 1;
        let item = 1;
        model.truncate = (part, heardMs) => {
          const number = Number(part.itemId);
          expect(Number.isInteger(heardMs)).toBe(true);
          expect(heardMs).toBeLessThanOrEqual(receivedMs.get(number) ?? -1);
          expect(truncatedAt.has(number)).toBe(false);
          truncatedAt.set(number, heardMs);
        };
        const startAnswer = () => {
          answer += 1;
          item += 1;
          model.starts(`r${answer}`);
        };
        const done = (which: number) =>
          model.tell({ type: 'response_done', responseId: `r${which}`, outcome: 'completed', usage: null });
        model.starts('r1');

        for (const step of steps) {
          switch (step.type) {
            case 'delta':
              if (doneAnswers.has(answer)) startAnswer();
              receivedMs.set(item, (receivedMs.get(item) ?? 0) + step.ms);
              model.delta(String(item), codeOf(item), step.ms, `r${answer}`);
              break;
            case 'pass':
              clock.advance(step.ms);
              break;
            case 'newItem':
              item += 1;
              break;
            case 'newAnswer':
              if (step.isDone) {
                doneAnswers.add(answer);
                done(answer);
              }
              startAnswer();
              break;
            case 'done':
              doneAnswers.add(answer);
              done(answer);
              break;
            case 'strayMark':
              phone.tell({ type: 'mark', name: 'never sent' });
              break;
            case 'lateDone':
              if (answer > 1) done(answer - 1);
              break;
            case 'speech': {
              model.hearsSpeech();
              for (const known of receivedMs.keys()) cutItems.add(known);
              for (let late = 0; late < step.lateDeltas; late++) {
                if (!doneAnswers.has(answer)) model.delta(String(item), codeOf(item), 300, `r${answer}`);
              }
              clock.advance(journey.downMs); // the clear is at the phone now: this is what was heard, for good
              for (const cut of cutItems) settled.set(cut, settled.get(cut) ?? phone.heardMs(codeOf(cut)));
              model.hearsPause();
              startAnswer();
              break;
            }
          }
        }
        clock.advance(60_000);

        for (const [cut, heardMs] of settled) {
          expect(phone.heardMs(codeOf(cut))).toBe(heardMs);
          const claimedMs = truncatedAt.get(cut) ?? receivedMs.get(cut) ?? 0;
          expect(Math.abs(claimedMs - heardMs)).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 2_000 },
    );
  }, 120_000);
});
