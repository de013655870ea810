import { describe, expect, it, vi } from 'vitest';
import { aPool, tool } from '../support/a-pool.ts';

vi.setConfig({ testTimeout: 30_000 }); // threads and processes start; on a busy machine, slowly

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
