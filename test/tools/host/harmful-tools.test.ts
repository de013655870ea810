import { describe, expect, it, vi } from 'vitest';
import { TestClock } from '../../support/test-clock.ts';
import { aPool, BLOCK, FOR_EVER, tool } from '../support/a-pool.ts';

vi.setConfig({ testTimeout: 30_000 }); // threads and processes start; on a busy machine, slowly

describe('X1: a tool that throws in a timer', () => {
  it('fails at once, by itself, while others in its thread go on', async () => {
    const { aCall } = await aPool({
      timer: tool(
        'timer',
        `run: () => new Promise(() => setTimeout(() => { throw new Error('later'); }, 5))`,
      ),
      forgotten: tool(
        'forgotten',
        `run: () => new Promise(() => { void Promise.reject(new Error('forgotten')); })`,
      ),
      fine: tool('fine', `run: () => new Promise((done) => setTimeout(done, 50, 'fine'))`),
    });
    const { ask } = aCall('CA1');

    const outcomes = await Promise.all([ask('timer'), ask('forgotten'), ask('fine')]);

    expect(outcomes.map(({ result }) => result)).toEqual(['failed', 'failed', 'ok']);
  });
});

describe('X11: a tool that blocks its thread', () => {
  it('for five seconds keeps only its own call waiting', { timeout: 20_000 }, async () => {
    const { aCall } = await aPool({
      block: tool('block', BLOCK),
      quick: tool('quick', 'run: () => "quick"'),
    });
    const order: string[] = [];
    const noted = (who: string) => (outcome: { output: string }) =>
      void order.push(`${who} ${outcome.output}`);

    const blocked = aCall('CA1').ask('block').then(noted('one'));
    for (const call of ['CA2', 'CA3', 'CA4']) await aCall(call).ask('quick').then(noted(call));
    await blocked;

    expect(order).toEqual(['CA2 "quick"', 'CA3 "quick"', 'CA4 "quick"', 'one "awake"']);
  });

  it('for ever is ended after its time limit, and its thread replaced', { timeout: 20_000 }, async () => {
    const { aCall, lines } = await aPool(
      { forever: tool('forever', FOR_EVER, 'deadlineMs: 100,'), quick: tool('quick', 'run: () => "quick"') },
      1,
    );

    const forever = aCall('CA1').ask('forever');
    const waiting = aCall('CA2').ask('quick'); // for the only thread there is

    expect((await forever).result).toBe('timed_out');
    expect(await waiting).toMatchObject({ result: 'ok', output: '"quick"' });
    await expect
      .poll(() => lines.join('\n'), { timeout: 10_000 })
      .toContain('the thread that forever ran in ended');
    expect(await aCall('CA3').ask('quick')).toMatchObject({ result: 'ok', output: '"quick"' });
  });
});

describe('X12: a tool that harms the place it runs in', () => {
  it('by process.exit fails alone; the third time it is out of service', async () => {
    const { aCall, lines } = await aPool({
      exit: tool('exit', 'run: () => process.exit(0)'),
      quick: tool('quick', 'run: () => "quick"'),
    });

    for (let time = 1; time <= 3; time += 1) {
      expect((await aCall('CA1').ask('exit')).result).toBe('failed');
      expect((await aCall('CA2').ask('quick')).result).toBe('ok');
    }

    const outcome = await aCall('CA3').ask('exit');
    expect(outcome.output).toContain('out of service');
    expect(lines.filter((line) => line.includes('the thread that exit ran in ended'))).toHaveLength(3);
  });

  it('by process.exit now and then stays in service, and comes back when it has done so too often', async () => {
    const clock = new TestClock();
    const { aCall, lines } = await aPool(
      {
        exit: tool('exit', 'run: ({ n }) => n ?? process.exit(0)'),
        quick: tool('quick', 'run: () => "quick"'),
      },
      4,
      clock,
    );
    const ends = async (times: number) => {
      for (let time = 1; time <= times; time += 1) {
        expect((await aCall('CA1').ask('exit')).output).not.toContain('out of service');
        await aCall('CA2').ask('quick'); // until there is a thread again
      }
    };
    const works = async () => (await aCall('CA3').ask('exit', { n: 1 })).output;

    await ends(2);
    clock.advance(11 * 60_000);
    await ends(2);
    expect(await works()).toBe('1');

    await ends(1);
    expect(await works()).toContain('out of service');
    clock.advance(61_000);
    await ends(1); // one run is let through, and ends its thread again
    clock.advance(61_000);
    expect(await works()).toContain('out of service'); // for longer this time
    clock.advance(61_000);
    expect(await works()).toBe('1');
    expect(lines.join('\n')).toContain('exit is in service again');
    await ends(2);
  });

  it('by process.exit is not the fault of those that shared its thread', async () => {
    const { aCall, lines } = await aPool(
      {
        exit: tool('exit', 'run: () => new Promise(() => setTimeout(() => process.exit(0), 20))'),
        wait: tool('wait', `run: ({ n }) => new Promise((done) => setTimeout(done, n, 'waited'))`),
      },
      1,
    );

    for (let time = 1; time <= 3; time += 1) {
      const waiting = aCall('CA1').ask('wait', { n: 1_500 });
      await Promise.all([waiting, aCall('CA2').ask('exit')]);
    }

    expect((await aCall('CA1').ask('wait', { n: 1 })).output).toBe('"waited"');
    expect(lines.filter((line) => line.includes('the thread that wait ran in ended'))).toEqual([]);
  });

  it('by what nobody can tell runs alone from then on, so that the next time it is known', {
    timeout: 120_000,
  }, async () => {
    const leak = `run: async ({ n }) => {
      while (n === 2 && !globalThis.isShared) await new Promise((soon) => setTimeout(soon, 1));
      for (const all = [];;) all.push(new Array(1_000_000).fill(all));
    }`;
    const { aCall, lines } = await aPool(
      {
        leak: tool('leak', leak, 'deadlineMs: 60_000,'),
        wait: tool(
          'wait',
          `run: ({ n }) => new Promise((done) => {
            globalThis.isShared = true;
            setTimeout(done, n, 'waited');
          })`,
          'deadlineMs: 60_000,',
        ),
      },
      1,
    );

    const both = await Promise.all([
      aCall('CA1').ask('leak', { n: 2 }),
      aCall('CA2').ask('wait', { n: 50_000 }),
    ]);
    expect(both.map(({ result }) => result)).toEqual(['failed', 'failed']);
    expect(lines.join('\n')).toMatch(/one of leak, wait ended is gone: each will run alone/);

    const [leaked, waited] = await Promise.all([
      aCall('CA1').ask('leak'),
      aCall('CA2').ask('wait', { n: 20 }),
    ]);
    expect([leaked.result, waited.result]).toEqual(['failed', 'ok']);
    expect(lines.join('\n')).toContain('the thread that leak ran in ended (1 of 3');
  });

  it('by taking all memory fails alone', { timeout: 90_000 }, async () => {
    const { aCall } = await aPool({
      leak: tool(
        'leak',
        'run: () => { const all = []; for (;;) all.push(new Array(1_000_000).fill(all)); }',
        'deadlineMs: 60_000,',
      ),
      quick: tool('quick', 'run: () => "quick"'),
    });

    const leak = aCall('CA1').ask('leak');
    expect((await aCall('CA2').ask('quick')).result).toBe('ok');

    expect((await leak).result).toBe('failed');
  });

  it('by flooding its output loses the lines, and nobody else notices', async () => {
    const { aCall, lines } = await aPool({
      flood: tool(
        'flood',
        `run: () => { for (let i = 0; i < 50_000; i += 1) { console.log('x'.repeat(2000)); console.error(i); } return 'done'; }`,
      ),
    });

    expect((await aCall('CA1').ask('flood')).result).toBe('ok');

    expect(lines.length).toBeLessThan(110);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1_200);
  });

  it('by asking its call for things without end is stopped', async () => {
    const { aCall } = await aPool({
      nag: tool('nag', `run: async (_args, { call }) => { for (;;) await call.note('again'); }`),
    });
    const { ask, asked } = aCall('CA1');

    expect((await ask('nag')).result).toBe('failed');
    expect(asked).toHaveLength(100);
  });
});
