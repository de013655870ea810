import fc from 'fast-check';
import { describe, it } from 'vitest';
import { z } from 'zod';
import type { ToolOutcome } from '../../src/ports/tools.ts';
import { Refusal, type Tool } from '../../src/tools/define-tool.ts';
import { aRunner, settled } from './support/a-runner.ts';

type Step =
  | {
      readonly do: 'ask';
      readonly tool: string;
      readonly id: number;
      readonly args: string;
      readonly round: number;
    }
  | {
      readonly do: 'finish';
      readonly run: number;
      readonly how: 'ok' | 'huge' | 'throw' | 'refuse' | 'nothing';
    }
  | { readonly do: 'wait'; readonly ms: number }
  | { readonly do: 'turn' }
  | { readonly do: 'close' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      tool: fc.constantFrom('look', 'write', 'unknown'),
      id: fc.nat(12),
      args: fc.constantFrom('{}', '{"n":1}', '{"n":2}', '{"n":"x"}', '{', '{"m":1}'),
      round: fc.nat(12),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('finish' as const),
      run: fc.nat(8),
      how: fc.constantFrom(
        'ok' as const,
        'huge' as const,
        'throw' as const,
        'refuse' as const,
        'nothing' as const,
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 4_000, 8_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'turn' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'close' as const }) },
);

interface Running {
  readonly tool: string;
  readonly signal: AbortSignal;
  finish(how: string): void;
}

describe('L1, L2: whatever a model, its tools and a caller do, in whatever order', () => {
  it('each request gets one bounded answer, and no write is told to stop', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const running: Running[] = [];
        const tool = (name: string, writes: boolean): Tool => ({
          name,
          description: 'x',
          parameters: z.object({ n: z.number().optional() }),
          writes,
          run: (_args, { signal }) =>
            new Promise((resolve, reject) => {
              const finish = (how: string) => {
                if (how === 'throw') reject(new Error('boom'));
                else if (how === 'refuse') reject(new Refusal('no'));
                else resolve(how === 'huge' ? 'x'.repeat(100_000) : how === 'nothing' ? undefined : { n: 1 });
              };
              running.push({ tool: name, signal, finish });
            }),
        });
        const { runner, clock, facts } = aRunner([tool('look', false), tool('write', true)]);
        const answers = new Map<string, ToolOutcome[]>();
        const asked: Promise<void>[] = [];
        let isSound = true;

        for (const now of steps) {
          if (now.do === 'turn') runner.turnBegan();
          if (now.do === 'close') runner.close();
          if (now.do === 'wait') clock.advance(now.ms);
          if (now.do === 'finish') running[now.run]?.finish(now.how);
          if (now.do === 'ask') {
            const callId = `c${now.id}`;
            const outcomes = answers.get(callId) ?? [];
            answers.set(callId, outcomes);
            const call = { callId, name: now.tool, arguments: now.args };
            asked.push(runner.run(call, `r${now.round}`).then((outcome) => void outcomes.push(outcome)));
          }
          await settled();
          isSound &&= running.every((run) => run.tool !== 'write' || !run.signal.aborted);
        }
        runner.close();
        clock.advance(8_000); // the longest a write may keep its answer
        await Promise.all(asked);
        for (const run of running) run.finish('ok');
        await settled();

        const all = [...answers.values()];
        const areBounded = all.flat().every(({ output }) => {
          JSON.parse(output);
          return Buffer.byteLength(output) <= 16 * 1024;
        });
        const areAlike = all.every((outcomes) => new Set(outcomes.map(({ output }) => output)).size === 1);
        const factsOf = (type: string) => facts.filter((fact) => fact.type === type).length;
        const areTold = factsOf('tool_called') === all.length && factsOf('tool_returned') === all.length;
        return isSound && areBounded && areAlike && areTold && clock.timers === 0;
      }),
      { numRuns: 200 },
    );
  });

  it('no two runs of one write are under way at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 30 }), async (requests) => {
        const underWay = new Map<string, number>();
        let most = 0;
        const finishes: (() => void)[] = [];
        const write: Tool = {
          name: 'write',
          description: 'x',
          parameters: z.object({ n: z.number() }),
          writes: true,
          async run(args) {
            const key = JSON.stringify(args);
            const count = (underWay.get(key) ?? 0) + 1;
            underWay.set(key, count);
            most = Math.max(most, count);
            await new Promise<void>((resolve) => finishes.push(resolve));
            underWay.set(key, (underWay.get(key) ?? 1) - 1);
          },
        };
        const { ask, runner, clock } = aRunner([write]);
        for (const [n, finish] of requests) {
          runner.turnBegan();
          void ask('write', { n });
          await settled();
          if (finish) finishes.shift()?.();
          else clock.advance(3_000);
          await settled();
        }
        return most <= 1;
      }),
      { numRuns: 100 },
    );
  });
});
