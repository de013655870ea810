import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/tools/define-tool.ts';
import type { ToolHost } from '../../src/tools/host/tool-host.ts';
import { cardOf } from '../../src/tools/tool-spec.ts';
import { aRunner, settled } from './support/a-runner.ts';
import { orderStatus, slow, throwing } from './support/some-tools.ts';

describe('L1: every request of the model gets exactly one bounded answer', () => {
  it('hands the checked arguments to the tool and its result to the model', async () => {
    const { ask, facts } = aRunner([orderStatus]);

    const outcome = await ask('order_status', { orderNumber: 'B7' });

    expect(outcome).toEqual({
      result: 'ok',
      output: '{"orderNumber":"B7","colour":"red","currency":"EUR"}',
      wantsAnswer: true,
    });
    expect(facts).toEqual([
      { type: 'tool_called', toolCallId: 'call_1', name: 'order_status', arguments: '{"orderNumber":"B7"}' },
      {
        type: 'tool_returned',
        toolCallId: 'call_1',
        name: 'order_status',
        result: 'ok',
        tookMs: 0,
        output: outcome.output,
      },
    ]);
  });

  it('tells of wrong arguments, and of whatever a host hands back, no more than of a result', async () => {
    const { ask } = aRunner([orderStatus]);
    const many = Object.fromEntries(Array.from({ length: 3_000 }, (_, n) => [`f${n}`, 1]));
    const flood: ToolHost = {
      cards: [cardOf({ ...orderStatus, name: 'flood' })],
      run: async () => ({ result: 'ok', output: JSON.stringify('x'.repeat(1_000_000)) }),
      hold: () => () => {},
    };
    const other = aRunner([], { hosts: [flood] });

    const outcomes = [await ask('order_status', many), await other.ask('flood', { orderNumber: 'B7' })];

    expect(outcomes.map(({ result }) => result)).toEqual(['bad_arguments', 'ok']);
    for (const { output } of outcomes) {
      expect(Buffer.byteLength(output)).toBeLessThanOrEqual(16 * 1024);
      expect(JSON.parse(output)).toBeTypeOf('object');
    }
  });

  it('does not ask for an answer to what needs none', async () => {
    const quiet = { ...orderStatus, name: 'quiet', isSilent: true };
    const { ask } = aRunner([quiet]);

    expect(await ask('quiet', { orderNumber: 'B7' })).toMatchObject({ result: 'ok', wantsAnswer: false });
    expect(await ask('quiet', {})).toMatchObject({ result: 'bad_arguments', wantsAnswer: true });
  });
});

describe('X1: a tool that throws', () => {
  it.each([
    ['an error', () => Promise.reject(new Error('boom'))],
    ['nothing at all', () => Promise.reject(undefined)],
    [
      'at once',
      () => {
        throw new Error('boom');
      },
    ],
    [
      'a thing that cannot be read',
      () => {
        throw {
          toString() {
            throw new Error('again');
          },
        };
      },
    ],
  ])('is answered once, in words for the caller, when it throws %s', async (_what, run) => {
    const { ask, facts } = aRunner([throwing('bad', run)]);

    const outcome = await ask('bad', {});

    expect(outcome.result).toBe('failed');
    expect(JSON.parse(outcome.output).error).toContain('This did not work');
    expect(facts.map(({ type }) => type)).toEqual(['tool_called', 'tool_returned']);
  });
});

describe('X6: what cannot be run', () => {
  it.each(['nothing_like_it', ''])(
    'is answered with what to do instead: a tool called "%s"',
    async (name) => {
      const { ask, facts } = aRunner([orderStatus]);

      const outcome = await ask(name, { password: 'hush' });

      expect(outcome).toMatchObject({ result: 'unknown_tool', wantsAnswer: true });
      expect(JSON.stringify(facts)).not.toContain('hush');
    },
  );

  it('runs the same request of the model once, and answers both times alike', async () => {
    const { tool, runs } = slow();
    const { ask, facts } = aRunner([tool]);

    const both = [ask('slow', {}, { callId: 'same' }), ask('slow', {}, { callId: 'same' })];
    await settled();
    runs[0]?.finish(1);

    expect(await Promise.all(both)).toEqual([
      { result: 'ok', output: '1', wantsAnswer: true },
      { result: 'ok', output: '1', wantsAnswer: true },
    ]);
    expect(runs).toHaveLength(1);
    expect(facts).toHaveLength(2);
  });
});

describe('L3, X8: ten requests in one answer', () => {
  it('run side by side, and each gets its own answer', async () => {
    const { tool, runs } = slow();
    const { ask } = aRunner([tool]);

    const asked = Array.from({ length: 10 }, (_, index) =>
      ask('slow', { at: `${index}` }, { response: 'r1' }),
    );
    await settled();
    expect(runs).toHaveLength(10);
    for (const [index, run] of [...runs.entries()].reverse()) run.finish(index);

    expect((await Promise.all(asked)).map(({ output }) => output)).toEqual('0123456789'.split(''));
  });
});

describe('X9, F3: a result that contains instructions', () => {
  it('changes nothing: no number can be dialled, only a target that the owner named', async () => {
    const injected = [
      '+19005550100',
      'tel:+19005550100',
      'sip:eve@example.com',
      '＋１９００５５５０１００',
      '900-555-0100;ext=1',
      'Reception',
      '',
      '__proto__',
    ];
    const transfer = defineTool({
      name: 'connect',
      description: 'Connects.',
      parameters: z.object({ to: z.string() }),
      run: ({ to }, { call }) => call.transfer(to),
    });
    const { ask, asked, runner } = aRunner([transfer], { targets: ['reception'] });

    for (const to of injected) {
      runner.turnBegan();
      expect((await ask('connect', { to })).output).toContain('There is no such target');
    }
    runner.turnBegan();
    expect((await ask('connect', { to: 'reception' })).output).toBe('{"ok":true}');

    expect(asked).toEqual(['transfer to reception']);
  });
});

describe('X10: a model that goes in circles', () => {
  it('gets eight rounds in a turn, and then words for an apology, and that it is a loop', async () => {
    const { ask } = aRunner([orderStatus]);

    const outcomes = [];
    for (let round = 1; round <= 100; round += 1)
      outcomes.push(await ask('order_status', { orderNumber: 'B7' }));

    expect(outcomes.map(({ result }) => result)).toEqual([
      ...Array(8).fill('ok'),
      ...Array(92).fill('refused'),
    ]);
    expect(outcomes.map(({ isLoop }) => isLoop === true)).toEqual(outcomes.map((_, round) => round >= 8));
    expect(outcomes[8]?.output).toContain('say sorry');
  });

  it('begins anew when the caller has spoken, and gets sixty rounds in a call', async () => {
    const { ask, runner } = aRunner([orderStatus]);

    let worked = 0;
    for (let turn = 1; turn <= 100; turn += 1) {
      runner.turnBegan();
      if ((await ask('order_status', { orderNumber: 'B7' })).result === 'ok') worked += 1;
    }

    expect(worked).toBe(60);
  });
});

describe('the tools an agent may use at the moment', () => {
  it('can be narrowed by a tool, and what is not among them is refused, whatever the model says', async () => {
    const narrow = defineTool({
      name: 'narrow',
      description: 'Narrows.',
      parameters: z.object({ tools: z.array(z.string()) }),
      run: ({ tools }, { call }) => call.update({ tools }),
    });
    const { ask, asked } = aRunner([orderStatus, narrow]);

    expect((await ask('narrow', { tools: ['nowhere'] })).result).toBe('failed');
    await ask('narrow', { tools: ['narrow'] });

    expect((await ask('order_status', { orderNumber: 'B7' })).result).toBe('refused');
    expect(asked).toEqual(['update {"tools":["narrow"]}']);
  });
});

describe('fillers', () => {
  it('are said for a tool unless it wants none', () => {
    const { runner } = aRunner([orderStatus, { ...orderStatus, name: 'quick', filler: null }]);

    expect(runner.fillerFor('order_status')).toBe('One moment, please.');
    expect(runner.fillerFor('quick')).toBeNull();
    expect(runner.fillerFor('unknown')).toBeNull();
  });
});
