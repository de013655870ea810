import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { ToolCall } from '../../../src/ports/tools.ts';
import { WorkerPool } from '../../../src/tools/host/worker-pool.ts';
import { createToolbox } from '../../../src/tools/toolbox.ts';
import { aFolder } from '../../support/temp-folder.ts';
import { aDesk, aLog } from '../support/a-desk.ts';

vi.setConfig({ testTimeout: 30_000 }); // threads and processes start; on a busy machine, slowly

const AGENT = `export default { name: 'test', settings: { currency: 'EUR' } };`;
const tool = (name: string, run: string, more = '') => `
  import { defineTool, z } from 'ringdown';
  export default defineTool({
    name: '${name}', description: 'A tool.', parameters: z.object({ n: z.number().optional() }), ${more}
    ${run}
  });`;

/** An agent's folder, its threads, and as many calls as a test wants. */
async function aPool(tools: Readonly<Record<string, string>>, most = 4) {
  const files = Object.fromEntries(Object.entries(tools).map(([name, text]) => [`tools/${name}.ts`, text]));
  const folder = aFolder({ 'agent.ts': AGENT, ...files });
  const { log, lines } = aLog();
  const pool = await WorkerPool.open({
    birth: {
      folder: folder.path,
      role: 'files',
      houseSettings: { dataDir: '.' },
      environment: { CRM_TOKEN: 'canary' },
    },
    clock: systemClock,
    log: (level, line) => log[level]({}, line),
    most,
  });
  onTestFinished(() => pool.close());
  const toolbox = createToolbox([pool], {
    clock: systemClock,
    log,
    transferTargets: new Set(['reception']),
    secrets: ['canary'],
  });
  const aCall = (callId: string) => {
    const { desk, asked } = aDesk({ callId });
    const runner = toolbox.open(desk);
    let calls = 0;
    const ask = (name: string, args: unknown = {}) => {
      const call: ToolCall = { callId: `${callId}-${++calls}`, name, arguments: JSON.stringify(args) };
      return runner.run(call, 'r1');
    };
    return { ask, asked, runner };
  };
  return { pool, toolbox, aCall, lines, folder };
}

const BLOCK = `run: () => { const until = Date.now() + 5_000; while (Date.now() < until); return 'awake'; }`;
const FOR_EVER = 'run: () => { for (;;); }';

describe('tools in threads of their own', () => {
  it('run with the checked arguments, the settings of the agent, and a way to ask the call', async () => {
    const { aCall } = await aPool({
      greet: tool(
        'greet',
        `async run({ n }, { caller, settings, call, log, callId }) {
          log.info('asked');
          console.log('printed');
          await call.note('hello');
          const keys = await call.collectDigits({ most: 4 });
          return { n, from: caller.number, settings, callId, keys, no: await call.transfer('+1900'), yes: await call.transfer('reception') };
        }`,
      ),
    });
    const { ask, asked } = aCall('CA7');

    const outcome = await ask('greet', { n: 3 });

    expect(JSON.parse(outcome.output)).toEqual({
      n: 3,
      from: '+15550100',
      settings: { dataDir: '.', currency: 'EUR' },
      callId: 'CA7',
      keys: '1234',
      no: { ok: false, because: 'There is no such target. Those there are: reception.' },
      yes: { ok: true },
    });
    expect(asked).toEqual(['note "hello"', 'collect 4', 'transfer to reception']);
  });

  it('are offered to the model as their files describe them', async () => {
    const { toolbox } = await aPool({ b: tool('b', 'run: () => 1'), a: tool('a', 'run: () => 1') });

    expect(toolbox.offers).toEqual(
      ['a', 'b'].map((name) => ({
        name,
        description: 'A tool.',
        parameters: { type: 'object', properties: { n: { type: 'number' } }, additionalProperties: false },
      })),
    );
  });

  it('refuse bad arguments by themselves', async () => {
    const { aCall } = await aPool({ a: tool('a', 'run: () => 1') });

    const outcome = await aCall('CA1').ask('a', { n: 'three' });

    expect(outcome.result).toBe('bad_arguments');
    expect(outcome.output).toContain('n: Invalid input: expected number, received string');
  });

  it('see only the environment they were given', async () => {
    const { aCall } = await aPool({ env: tool('env', 'run: () => Object.keys(process.env).sort()') });

    const { output } = await aCall('CA1').ask('env');

    expect(JSON.parse(output)).toEqual(['CRM_TOKEN', 'HOME', 'LANG', 'PATH', 'TZ']);
  });
});

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

  it('by taking all memory fails alone', { timeout: 30_000 }, async () => {
    const { aCall } = await aPool({
      leak: tool('leak', 'run: () => { const all = []; for (;;) all.push(new Array(10_000).fill(all)); }'),
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

describe('many calls at once', () => {
  it('wait their turn for a thread, and share when there are no more', async () => {
    const { aCall } = await aPool(
      {
        quick: tool('quick', 'run: ({ n }) => n'),
        slow: tool('slow', 'run: ({ n }) => new Promise((done) => setTimeout(done, 600, n))'),
      },
      2,
    );
    const ask = (name: string) => (_: unknown, n: number) => aCall(`${name}${n}`).ask(name, { n });

    const outcomes = await Promise.all([
      ...Array.from({ length: 20 }, ask('slow')),
      ...Array.from({ length: 20 }, ask('quick')),
    ]);

    const numbers = Array.from({ length: 20 }, (_, n) => `${n}`);
    expect(outcomes.map(({ output }) => output)).toEqual([...numbers, ...numbers]);
  });
});

describe('X7: the caller hangs up', () => {
  it('tells a tool in its thread to stop', async () => {
    const { aCall, lines } = await aPool({
      wait: tool(
        'wait',
        `run: (_args, { signal, call }) => new Promise((done) => {
          signal.addEventListener('abort', () => { console.log('told to stop'); done(); });
          void call.note('started');
        })`,
      ),
    });
    const { ask, asked, runner } = aCall('CA1');
    const outcome = ask('wait');
    await expect.poll(() => asked).toEqual(['note "started"']);

    runner.close();

    expect((await outcome).result).toBe('call_ended');
    await expect.poll(() => lines.join()).toContain('told to stop');
  });
});

describe('a pool that has been replaced', () => {
  it('closes when the last call that has it is over', async () => {
    const { pool, aCall, lines } = await aPool({ quick: tool('quick', 'run: () => "quick"') });
    const { ask, runner } = aCall('CA1');

    pool.retire();
    expect((await ask('quick')).result).toBe('ok');
    runner.close();

    const { ask: later } = aCall('CA2');
    expect((await later('quick')).result).toBe('failed');
    expect(lines.join()).toContain('no thread could be started');
  });
});

describe('a folder with mistakes in it', () => {
  it('is refused with file, field and repair, everything at once', async () => {
    const opening = aPool({
      a: tool('a', 'run: () => 1'),
      b: tool('a', 'run: () => 1'),
      broken: 'export default {',
      named: tool('has spaces', 'run: () => 1'),
      zod: `export default { name: 'zod', description: 'x', parameters: { n: 'number' }, run() {} }`,
      odd: tool('odd', 'run: () => 1', 'deadline: 3,'),
    });

    const message = await opening.then(
      () => '',
      (error: Error) => error.message,
    );

    expect(message).toMatch(/tools\/broken\.ts: cannot be read/);
    expect(message).toMatch(/tools\/named\.ts: name must be of letters/);
    expect(message).toMatch(/tools\/zod\.ts: parameters must be a z\.object/);
    expect(message).toMatch(/tools\/odd\.ts: .*no tool has: deadline/);
  });

  it('is refused when two of its tools have one name', async () => {
    await expect(aPool({ a: tool('a', 'run: () => 1'), b: tool('a', 'run: () => 1') })).rejects.toThrow(
      'two tools are called a',
    );
  });

  it('is refused when a file ends its thread at the top', async () => {
    await expect(aPool({ a: 'process.exit(1); export default 1;' })).rejects.toThrow('process.exit');
  });
});
