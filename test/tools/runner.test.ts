import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { DigitWish } from '../../src/ports/tools.ts';
import { defineTool, Refusal, type Tool } from '../../src/tools/define-tool.ts';
import { aRunner, settled } from './support/a-runner.ts';

const orderStatus = defineTool({
  name: 'order_status',
  description: 'Find an order.',
  parameters: z.object({ orderNumber: z.string(), colour: z.enum(['red', 'blue']).default('red') }),
  run: ({ orderNumber, colour }, { settings }) => ({ orderNumber, colour, currency: settings['currency'] }),
});

/** A tool that is done when the test says so. */
function slow(over: Partial<Tool> = {}) {
  const runs: { finish(value: unknown): void; fail(error: unknown): void; signal: AbortSignal }[] = [];
  const tool: Tool = {
    name: 'slow',
    description: 'Takes its time.',
    parameters: z.object({ at: z.string().optional() }),
    run: (_args, { signal }) =>
      new Promise((finish, fail) => {
        runs.push({ finish, fail, signal });
      }),
    ...over,
  };
  return { tool, runs };
}

const throwing = (name: string, what: () => unknown) =>
  defineTool({ name, description: 'Fails.', parameters: z.object({}), run: what });

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
    const wishes: DigitWish[] = [];
    const greedy = defineTool({
      name: 'greedy',
      description: 'x',
      parameters: z.object({}),
      run: async (_args, { call }) => {
        await call.collectDigits({ most: 1e9, terminator: 'hash', pauseMs: Number.NaN });
        await call.collectDigits();
      },
    });
    const collectDigits = async (wish: DigitWish) => {
      wishes.push(wish);
      return null;
    };

    await aRunner([greedy], { desk: { collectDigits } }).ask('greedy', {});

    expect(wishes).toEqual([
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
    const { ask, clock } = aRunner([pin], { desk: { collectDigits: () => keys.promise } });
    const asked = ask('pin', {});
    await settled();

    clock.advance(20_000);
    keys.resolve('42');

    expect(await asked).toMatchObject({ result: 'ok', output: '{"typed":"42"}' });
    expect(clock.timers).toBe(0);
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
  it('gets eight rounds in a turn, then words for an apology, then no further answer', async () => {
    const { ask } = aRunner([orderStatus]);

    const outcomes = [];
    for (let round = 1; round <= 100; round += 1)
      outcomes.push(await ask('order_status', { orderNumber: 'B7' }));

    expect(outcomes.map(({ result }) => result)).toEqual([
      ...Array(8).fill('ok'),
      ...Array(92).fill('refused'),
    ]);
    expect(outcomes.filter(({ wantsAnswer }) => wantsAnswer)).toHaveLength(9);
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

describe('L2, X13: a tool that writes', () => {
  const aBooking = () => {
    const keys: string[] = [];
    const tool = defineTool({
      name: 'book',
      description: 'Book.',
      parameters: z.object({ at: z.string(), who: z.string().optional() }),
      writes: true,
      run: (_args, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        return { booking: keys.length };
      },
    });
    return { tool, keys };
  };

  it('is done once when a new model session asks for the same again', async () => {
    const { tool, keys } = aBooking();
    const { ask } = aRunner([tool]);

    const first = await ask('book', '{"at":"ten","who":"Ann"}');
    const again = await ask('book', '{ "who":"Ann", "at":"ten" }');

    expect(again).toEqual(first);
    expect(keys).toHaveLength(1);
  });

  it('joins the run that is still under way after its time limit', async () => {
    const { tool, runs } = slow({ writes: true });
    const { ask, clock, asked } = aRunner([tool]);
    const first = ask('slow', { at: 'ten' });
    await settled();
    clock.advance(8_000);
    expect(await first).toMatchObject({ result: 'timed_out' });
    expect(runs[0]?.signal.aborted).toBe(false);

    const second = ask('slow', { at: 'ten' });
    runs[0]?.finish('booked');

    expect(await second).toMatchObject({ result: 'ok', output: '"booked"' });
    expect(runs).toHaveLength(1);
    expect(asked).toEqual(['note "slow came to its end after its time limit."']);
  });

  it('is not tried again when it failed half-way', async () => {
    const { tool, runs } = slow({ writes: true });
    const { ask } = aRunner([tool]);
    const first = ask('slow', {});
    await settled();
    runs[0]?.fail(new Error('the line broke'));

    expect((await first).output).toContain('Do not try it again');
    expect((await ask('slow', {})).result).toBe('failed');
    expect(runs).toHaveLength(1);
  });

  it('may be tried again when it refused, for then it did nothing', async () => {
    let times = 0;
    const tool = defineTool({
      name: 'book',
      description: 'Book.',
      parameters: z.object({}),
      writes: true,
      run: () => {
        times += 1;
        if (times === 1) throw new Refusal('That time is taken.');
        return 'booked';
      },
    });
    const { ask } = aRunner([tool]);

    expect(await ask('book', {})).toMatchObject({
      result: 'refused',
      output: '{"error":"That time is taken."}',
    });
    expect(await ask('book', {})).toMatchObject({ result: 'ok', output: '"booked"' });
  });

  it('is done anew after another write, under another key: who books, cancels and books again means it', async () => {
    const { tool, keys } = aBooking();
    const { ask } = aRunner([tool]);

    await ask('book', { at: 'ten' });
    await ask('book', { at: 'eleven' });
    await ask('book', { at: 'ten' });

    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(3);
  });
});

describe('X14: what must not be seen', () => {
  it('keeps the words of an error from the model and from the record, and secrets from the log', async () => {
    const bad = throwing('bad', () => {
      throw new Error('SELECT * FROM t failed at postgres://u:canary1@db with key canary-env, token=canary2');
    });
    const { ask, facts, lines } = aRunner([bad], { secrets: ['canary-env'] });

    const outcome = await ask('bad', {});

    expect(outcome.output + JSON.stringify(facts)).not.toMatch(/canary|SELECT/);
    expect(lines.join()).toContain('SELECT * FROM t failed');
    expect(lines.join()).not.toContain('canary');
  });

  it('masks secret fields in the record, in arguments and result, and wherever their values turn up', async () => {
    const pay = defineTool({
      name: 'pay',
      description: 'Pay.',
      parameters: z.object({ card: z.object({ number: z.string() }), amount: z.number() }),
      secret: ['card', 'receipt'],
      run: ({ card }, { log }) => {
        log.info(`charging ${card.number}`);
        return { text: `charged ${card.number}`, receipt: 'R-1' };
      },
    });
    const { ask, facts, lines } = aRunner([pay]);

    const outcome = await ask('pay', { card: { number: '4111111111111111' }, amount: 3 });

    expect(outcome.output).toContain('R-1');
    expect(facts).toMatchObject([
      { arguments: '{"card":"***","amount":3}' },
      { output: '{"text":"charged ***","receipt":"***"}' },
    ]);
    expect(lines.join()).toContain('charging ***');
    expect(lines.join()).not.toContain('4111');
  });

  it('shows nothing of arguments that are no JSON, when some of them are secret', async () => {
    const pay = { ...orderStatus, secret: ['orderNumber'] };
    const { ask, facts } = aRunner([pay]);

    expect((await ask('order_status', '{"orderNumber": "4111')).result).toBe('bad_arguments');
    expect(JSON.stringify(facts)).not.toContain('4111');
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
