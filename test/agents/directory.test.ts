import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AgentDirectory } from '../../src/agents/directory.ts';
import { readConfig } from '../../src/app/config.ts';
import { aFolder } from '../support/temp-folder.ts';
import { TestClock } from '../support/test-clock.ts';
import { aControl, aLog } from '../tools/support/a-control.ts';

vi.setConfig({ testTimeout: 30_000 }); // threads and processes start; on a busy machine, slowly

const agent = (name: string, more = '') => `
  import { defineAgent } from 'ringdown';
  export default defineAgent({ name: '${name}', instructions: 'Be brief.', ${more} });`;

const ORDER_STATUS = `
  import { defineTool, z } from 'ringdown';
  import agent from '../agent.ts';

  export default defineTool({
    name: 'order_status',
    description: 'Find out where an order is. Use it when the caller gives an order number.',
    parameters: z.object({ orderNumber: z.string().describe('The number printed on the receipt') }),
    run({ orderNumber }, { settings }) {
      return { orderNumber, shop: agent.settings.shop, same: settings['shop'], status: 'ready' };
    },
  });`;

async function aDirectory(files: Readonly<Record<string, string>>, environment: Record<string, string> = {}) {
  const folder = aFolder(files);
  const { log, lines } = aLog();
  const directory = await AgentDirectory.open({
    folder: folder.path,
    environment,
    houseSettings: { dataDir: '.' },
    clock: new TestClock(),
    log,
  });
  onTestFinished(() => directory.close());
  return { directory, folder, lines };
}

const refusalOf = async (files: Readonly<Record<string, string>>) =>
  aDirectory(files).then(
    () => 'nothing was refused',
    (error: Error) => error.message,
  );

describe('a folder of agents outside the repository', () => {
  it('works with a package.json and one TypeScript tool, and nothing installed', async () => {
    const { directory } = await aDirectory({
      'package.json': '{ "name": "my-agents", "private": true, "type": "module" }',
      'shop/agent.ts': agent('shop', `settings: { shop: 'Rye' }`),
      'shop/tools/order-status.ts': ORDER_STATUS,
    });
    const { control } = aControl();

    const loaded = directory.answering('+15550199');
    const runner = loaded?.toolbox.open(control);
    const outcome = await runner?.run(
      { callId: 'c', name: 'order_status', arguments: '{"orderNumber":"B7"}' },
      'r',
    );

    expect(loaded?.agent.name).toBe('shop');
    expect(loaded?.toolbox.offers.map(({ name }) => name)).toEqual(['hang_up', 'order_status']);
    expect(JSON.parse(outcome?.output ?? '')).toEqual({
      orderNumber: 'B7',
      shop: 'Rye',
      same: 'Rye',
      status: 'ready',
    });
  });

  it('uses the zod of the folder where it has one', async () => {
    const { directory } = await aDirectory({
      'shop/agent.ts': agent('shop'),
      'shop/node_modules/zod/package.json': '{ "name": "zod", "type": "module", "exports": "./index.js" }',
      'shop/node_modules/zod/index.js': 'export const z = "their own";',
      'shop/tools/which.ts': `
        import { defineTool, z } from 'ringdown';
        import { z as theirs } from 'zod';
        export default defineTool({ name: 'which', description: 'x', parameters: z.object({}), run: () => String(theirs) });`,
    });

    const runner = directory.answering('*')?.toolbox.open(aControl().control);

    expect(await runner?.run({ callId: 'c', name: 'which', arguments: '{}' }, 'r')).toMatchObject({
      output: '"their own"',
    });
  });
});

describe('the agents that come with the house', () => {
  it('can be used as they are', async () => {
    const { agentsDir: folder, dataDir } = readConfig({});
    const directory = await AgentDirectory.open({
      folder,
      environment: {},
      houseSettings: { dataDir },
      clock: new TestClock(),
      log: aLog().log,
    });
    onTestFinished(() => directory.close());

    expect(directory.answering('*')?.agent.name).toBe('front-desk');
  });
});

describe('which agent answers', () => {
  it('is the one with the number, and for the rest the one with *', async () => {
    const { directory } = await aDirectory({
      'a/agent.ts': agent('a', `numbers: ['+15550101']`),
      'b/agent.ts': agent('b'),
    });

    expect(directory.answering('+15550101')?.agent.name).toBe('a');
    expect(directory.answering('+15550102')?.agent.name).toBe('b');
    expect(directory.named('a')?.agent.name).toBe('a');
  });

  it('is nobody, if none was asked to', async () => {
    const { directory } = await aDirectory({ 'a/agent.ts': agent('a', `numbers: ['+15550101']`) });

    expect(directory.answering('+15550102')).toBeNull();
  });

  it('goes by its own name: two of one name stop the start', async () => {
    const numbers = (number: string) => agent('a', `numbers: ['${number}']`);

    expect(await refusalOf({ 'a/agent.ts': numbers('+15551'), 'b/agent.ts': numbers('+15552') })).toBe(
      'Two agents have the name a. Give each its own.',
    );
  });

  it('must be plain: two agents for one number stop the start', async () => {
    expect(await refusalOf({ 'a/agent.ts': agent('a'), 'b/agent.ts': agent('b') })).toBe(
      'Two agents answer *: a and b. Give each its own numbers.',
    );
  });
});

describe('a mistake in a folder', () => {
  it('stops the start with file, field and repair, all of them at once', async () => {
    const message = await refusalOf({
      'a/agent.ts': agent('a', `numbers: ['0171 5550'], recording: 'sometimes', greting: 1`),
      'b/agent.ts': agent('b', `numbers: ['+1555'], can: ['transfer']`),
      'c/agent.ts': 'export default {',
      'd/agent.ts': agent('d', `numbers: ['+1556']`),
      'd/tools/x.ts': 'export default 7;',
      'e/agent.ts': agent('e', `numbers: ['+1557'], environment: ['CRM_TOKEN']`),
    });

    expect(message).toContain('agent a: agent.ts: numbers.0: must be as the carrier writes it');
    expect(message).toContain('agent a: agent.ts: recording: must be one of announce, ask, on, off.');
    expect(message).toContain(
      'agent a: agent.ts: the default export: there is no field greting. Is it misspelt?',
    );
    expect(message).toContain('agent b: agent.ts: can: transfer needs transferTargets');
    expect(message).toContain('agent c: agent.ts: cannot be read');
    expect(message).toContain('agent d: tools/x.ts: the default export must be a tool');
    expect(message).toContain('agent e: CRM_TOKEN must be set in the environment');
  });

  it('is no variable of the environment that may be missing', async () => {
    const { directory } = await aDirectory({ 'a/agent.ts': agent('a', `environment: ['CRM_TOKEN?']`) });

    expect(directory.agents).toHaveLength(1);
  });

  it('is a tool with the name of a built-in one', async () => {
    const message = await refusalOf({
      'shop/agent.ts': agent('shop'),
      'shop/tools/a.ts': ORDER_STATUS.replace("'order_status'", "'hang_up'"),
    });

    expect(message).toContain('agent shop: Two tools are called hang_up.');
  });

  it('is said when there are no agents, or no folder', async () => {
    expect(await refusalOf({ 'read.me': '' })).toContain('There is no agent in');
    await expect(
      AgentDirectory.open({
        folder: '/nowhere/at/all',
        environment: {},
        houseSettings: { dataDir: '.' },
        clock: new TestClock(),
        log: aLog().log,
      }),
    ).rejects.toThrow('Does it exist?');
  });
});

describe('while somebody works on an agent', () => {
  it('gives the next call the changed files, and lets a call that goes on keep its own', async () => {
    const { directory, folder } = await aDirectory({
      'shop/agent.ts': `import { rules } from './rules.ts'; ${agent('shop', `settings: { shop: 'Rye' }`).replace(`'Be brief.'`, 'rules')}`,
      'shop/rules.ts': `export const rules = 'first';`,
      'shop/tools/order-status.ts': ORDER_STATUS,
    });
    const before = directory.answering('*');
    const runner = before?.toolbox.open(aControl().control);

    folder.write('shop/rules.ts', `export const rules = 'the second';`);
    folder.write('shop/tools/order-status.ts', ORDER_STATUS.replace("'ready'", "'sent, at last'"));
    await directory.refresh();

    const after = directory.answering('*');
    expect(before?.agent.instructions).toBe('first');
    expect(after?.agent.instructions).toBe('the second');
    const call = { callId: 'c', name: 'order_status', arguments: '{"orderNumber":"B7"}' };
    expect((await runner?.run(call, 'r'))?.output).toContain('ready');
    expect((await after?.toolbox.open(aControl().control).run(call, 'r'))?.output).toContain('sent, at last');
  });

  it('reads agents anew when a file changes that they share', async () => {
    const { directory, folder } = await aDirectory({
      'package.json': '{}',
      'shared/hours.ts': `import { z } from 'zod'; export const hours = 'nine to ' + z.number().parse(5);`,
      'shop/agent.ts': `import { hours } from '../shared/hours.ts'; ${agent('shop').replace(`'Be brief.'`, 'hours')}`,
    });
    expect(directory.answering('*')?.agent.instructions).toBe('nine to 5');

    folder.write('shared/hours.ts', `export const hours = 'ten to four';`);
    await directory.refresh();

    expect(directory.answering('*')?.agent.instructions).toBe('ten to four');
  });

  it('keeps the last good version of a broken one, and says so once', async () => {
    const { directory, folder, lines } = await aDirectory({ 'shop/agent.ts': agent('shop') });
    const before = directory.answering('*');

    folder.write('shop/agent.ts', agent('shop', 'voice: 7'));
    await directory.refresh();
    await directory.refresh();

    expect(directory.answering('*')).toBe(before);
    expect(lines.filter((line) => line.includes('voice: must be a text'))).toHaveLength(1);
    expect(lines.join()).toContain('The version before stays in use.');

    folder.write('shop/agent.ts', agent('shop', `voice: 'cedar'`));
    await directory.refresh();
    expect(directory.answering('*')?.agent.voice).toBe('cedar');
  });

  it('takes in new agents, lets old ones go, and refuses a change that makes a number ambiguous', async () => {
    const { directory, folder, lines } = await aDirectory({
      'a/agent.ts': agent('a', `numbers: ['+15551']`),
    });

    folder.write('b/agent.ts', agent('b', `numbers: ['+15551']`));
    await directory.refresh();
    expect(directory.agents.map(({ agent: { name } }) => name)).toEqual(['a']);
    expect(lines.join()).toContain('Two agents answer +15551');

    folder.write('a/agent.ts', agent('a', `numbers: ['+15552']`));
    await directory.refresh();
    expect(directory.answering('+15551')?.agent.name).toBe('b');
    expect(directory.answering('+15552')?.agent.name).toBe('a');
  });

  it('looks by itself when it is asked to watch', async () => {
    const folder = aFolder({ 'shop/agent.ts': agent('shop') });
    const clock = new TestClock();
    const options = {
      folder: folder.path,
      environment: {},
      houseSettings: { dataDir: '.' },
      log: aLog().log,
    };
    const directory = await AgentDirectory.open({ ...options, clock, watch: true });
    onTestFinished(() => directory.close());

    folder.write('shop/agent.ts', agent('shop', `voice: 'cedar'`));
    clock.advance(500);
    await directory.refresh();

    expect(directory.answering('*')?.agent.voice).toBe('cedar');
    directory.close();
    expect(clock.timers).toBe(0);
  });
});
