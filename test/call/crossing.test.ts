import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everything, expectNoComplaint, type Known, marks } from '../support/crossing/commands.ts';
import { LONGEST_CALL_MS, type Setting, World } from '../support/crossing/world.ts';

/**
 * Rules meet. Each is tried alone elsewhere; here they are crossed, in any order, on whole calls.
 *
 *     CROSSINGS=100000 npx vitest run --project house test/call/crossing.test.ts
 *
 * What fails is printed as the shortest history that does, with the seed to have it again: `CROSSING_SEED=…`. Without
 * either, they are the same ones every time: what is new in a change is then of that change.
 */
const RUNS = Number(process.env['CROSSINGS'] ?? 2_000);
const SEED = process.env['CROSSING_SEED'] ?? (process.env['CROSSINGS'] === undefined ? '1' : undefined);

const setting: fc.Arbitrary<Setting> = fc.record({
  interruption: fc.constantFrom('immediate', 'confirmed'),
  turns: fc.constantFrom('by the model', 'by us', 'by keys'),
  greeting: fc.constantFrom('none', 'said', 'protected'),
  hasSilenceLimits: fc.boolean(),
  downMs: fc.constantFrom(0, 60),
  marks,
});

const beginning = fc.record({
  connects: fc.constantFrom('first', 'last', 'never'),
  isReadyAfterMs: fc.constantFrom(0, 400, 2_000),
});

describe('whole calls, on which anything may happen in any order', () => {
  it(
    'end, leave nobody in silence, and are recorded as they were',
    async () => {
      const commands = fc.commands([everything], { maxCommands: 30, size: 'max' });
      await fc.assert(
        fc.asyncProperty(setting, beginning, commands, async (plan, begins, history) => {
          const world = new World(plan);
          if (begins.connects === 'first') world.connects();
          await world.passes(begins.isReadyAfterMs);
          world.becomesReady();
          if (begins.connects === 'last') world.connects();
          const known: Known = { steps: 0 };
          await fc.asyncModelRun(() => ({ model: known, real: world }), history);
          await world.goesOnToItsEnd(LONGEST_CALL_MS + 35_000);
          expectNoComplaint(world);
          world.watcher.atTheEnd();
          expectNoComplaint(world);
        }),
        { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }), endOnFailure: false },
      );
      expect(RUNS).toBeGreaterThan(0);
    },
    RUNS * 500,
  );
});
