import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DigitsRequest } from '../../src/ports/tools.ts';
import { defineTool } from '../../src/tools/define-tool.ts';
import { aRunner, settled } from './support/a-runner.ts';
import { slow } from './support/some-tools.ts';

describe('X2: a tool that never returns', () => {
  it('is answered at its time limit, told to stop, and not heard of again', async () => {
    const { tool, runs } = slow();
    const { ask, clock, facts } = aRunner([tool]);
    const asked = ask('slow', {});
    await settled();

    clock.advance(7_999);
    await settled();
    expect(facts).toHaveLength(1);
    clock.advance(1);

    expect((await asked).result).toBe('timed_out');
    expect(runs[0]?.signal.aborted).toBe(true);
    runs[0]?.finish('late');
    await settled();
    expect(facts).toHaveLength(2);
    expect(facts[1]).toMatchObject({ type: 'tool_returned', result: 'timed_out', tookMs: 8_000 });
    expect(clock.timers).toBe(0);
  });

  it('may have a time limit of its own', async () => {
    const { tool } = slow({ deadlineMs: 500 });
    const { ask, clock } = aRunner([tool]);
    const asked = ask('slow', {});
    await settled();

    clock.advance(500);

    expect((await asked).result).toBe('timed_out');
  });

  it('asks for no more keys, and waits no longer, than a caller can bear', async () => {
    const options: DigitsRequest[] = [];
    const greedy = defineTool({
      name: 'greedy',
      description: 'x',
      parameters: z.object({}),
      run: async (_args, { call }) => {
        await call.collectDigits({ most: 1e9, terminator: 'hash', pauseMs: Number.NaN });
        await call.collectDigits();
      },
    });
    const collectDigits = async (request: DigitsRequest) => {
      options.push(request);
      return null;
    };

    await aRunner([greedy], { control: { collectDigits } }).ask('greedy', {});

    expect(options).toEqual([
      { most: 64, terminator: '#', pauseMs: 5_000, isSecret: false },
      { most: 16, terminator: '#', pauseMs: 5_000, isSecret: false },
    ]);
  });

  it('does not count the time in which the caller presses keys', async () => {
    const keys = Promise.withResolvers<string | null>();
    const pin = defineTool({
      name: 'pin',
      description: 'Ask for the PIN.',
      parameters: z.object({}),
      run: async (_args, { call }) => ({ typed: await call.collectDigits() }),
    });
    const { ask, clock } = aRunner([pin], { control: { collectDigits: () => keys.promise } });
    const asked = ask('pin', {});
    await settled();

    clock.advance(20_000);
    keys.resolve('42');

    expect(await asked).toMatchObject({ result: 'ok', output: '{"typed":"42"}' });
    expect(clock.timers).toBe(0);
  });
});

describe('X7, L2: the caller hangs up', () => {
  it('tells a look-up to stop and answers at once', async () => {
    const { tool, runs } = slow();
    const { ask, runner, clock } = aRunner([tool]);
    const asked = ask('slow', {});
    await settled();

    runner.close();

    expect(await asked).toMatchObject({ result: 'call_ended', wantsAnswer: false });
    expect(runs[0]?.signal.aborted).toBe(true);
    expect(clock.timers).toBe(0);
  });

  it('lets a tool that writes come to its end, and records what came of it', async () => {
    const { tool, runs } = slow({ writes: true });
    const { ask, runner, facts } = aRunner([tool]);
    const asked = ask('slow', {});
    await settled();

    runner.close();
    await settled();
    expect(runs[0]?.signal.aborted).toBe(false);
    runs[0]?.finish('booked');

    expect(await asked).toMatchObject({ result: 'ok', output: '"booked"' });
    expect(facts.at(-1)).toMatchObject({ type: 'tool_returned', result: 'ok' });
  });

  it('runs nothing that is asked for afterwards', async () => {
    const { tool, runs } = slow();
    const { ask, runner } = aRunner([tool]);
    runner.close();
    runner.close();

    expect(await ask('slow', {})).toMatchObject({ result: 'call_ended', wantsAnswer: false });
    expect(runs).toHaveLength(0);
  });

  it('takes the call out of the hands of a tool whose time is over', async () => {
    const late = Promise.withResolvers<void>();
    let problem = '';
    const tool = defineTool({
      name: 'late',
      description: 'Hangs up too late.',
      parameters: z.object({}),
      async run(_args, { call }) {
        await late.promise;
        await call.hangUp().catch((error: Error) => {
          problem = error.message;
        });
      },
    });
    const { ask, clock, asked } = aRunner([tool]);
    const outcome = ask('late', {});
    await settled();
    clock.advance(8_000);
    await outcome;

    late.resolve();
    await settled();

    expect(problem).toContain('This run is over');
    expect(asked).toEqual([]);
  });
});
