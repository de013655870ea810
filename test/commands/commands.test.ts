import { execFile } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, vi } from 'vitest';
import { aFolder } from '../support/temp-folder.ts';

vi.setConfig({ testTimeout: 30_000 }); // threads and processes start; on a busy machine, slowly

const ROOT = join(import.meta.dirname, '../..');
const TOOL = `
  import { defineTool, z } from 'ringdown';
  export default defineTool({
    name: 'order_status',
    description: 'Find out where an order is. Use it when the caller gives an order number.',
    parameters: z.object({ orderNumber: z.string().describe('The number printed on the receipt') }),
    async run({ orderNumber }, { caller, call }) {
      await call.note('looked');
      return { orderNumber, caller: caller.number, length: orderNumber.length };
    },
  });`;
const AGENT = `
  import { defineAgent } from 'ringdown';
  export default defineAgent({ name: 'shop', instructions: async ({ number }) => 'You talk to ' + number });`;

/** Runs a program of the project with Node, as npm does. */
async function run(script: string, args: readonly string[], agentsDir: string, more = {}) {
  const env = { PATH: process.env['PATH'], AGENTS_DIR: agentsDir, ...more };
  const options = { cwd: ROOT, env };
  return promisify(execFile)(process.execPath, [join('src/commands', script), ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({
      code,
      stdout,
      stderr,
    }),
  );
}

const aShop = () =>
  aFolder({
    'package.json': '{ "name": "my-agents" }',
    'shop/agent.ts': AGENT,
    'shop/tools/order-status.ts': TOOL,
  });

describe('npm run tool', () => {
  it('runs one tool alone and shows what came of it', async () => {
    const { stdout, stderr, code } = await run(
      'run-tool.ts',
      ['order_status', '{"orderNumber":"B7"}', '--from', '+15550142'],
      aShop().path,
    );

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ok after \d+ ms\n/);
    expect(stdout).toContain('"caller": "+15550142"');
    expect(stdout).toContain('asked of the call: note: looked');
  });

  it('runs a tool of the example where somebody has copied it to', async () => {
    const { path } = aFolder({});
    cpSync(join(ROOT, 'src/examples/front-desk'), join(path, 'my-desk'), { recursive: true });

    const { stdout, stderr, code } = await run('run-tool.ts', ['free_appointments', '{}'], path, {
      DATA_DIR: join(path, 'data'),
    });

    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('The next free times are');
  });

  it('says what is wrong with a request, and which tools there are', async () => {
    const folder = aShop().path;
    const [broken, bad, unknown] = await Promise.all([
      run('run-tool.ts', ['order_status', '{bad'], folder),
      run('run-tool.ts', ['order_status', '{}'], folder),
      run('run-tool.ts', ['nothing'], folder),
    ]);

    expect(broken).toMatchObject({
      code: 2,
      stderr: `What the tool is to be given is no JSON object: {bad. Write it as '{"field": "value"}'.\n`,
    });
    expect(bad).toMatchObject({ code: 1, stdout: expect.stringContaining('orderNumber is missing') });
    expect(unknown).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Those there are: hang_up, order_status.'),
    });
  });
});

describe('npm run agents', () => {
  it('shows every agent with its tools as the model sees them, and the size of the prompt', async () => {
    const { stdout, stderr } = await run('show-agents.ts', [], aShop().path);

    expect(stderr).toBe('');
    expect(stdout).toContain('instructions   21 characters, about 6 tokens, made for a call from +15550100');
    expect(stdout).toContain(
      '"orderNumber":{"type":"string","description":"The number printed on the receipt"}',
    );
  });

  it('says what is wrong with a folder', async () => {
    const folder = aFolder({ 'shop/agent.ts': AGENT.replace("'shop'", '7') });

    const { stderr, code } = await run('show-agents.ts', [], folder.path);

    expect(code).toBe(1);
    expect(stderr).toContain('agent shop: agent.ts: name: must be a text.');
  });
});

describe('every command', () => {
  const COMMANDS = ['run-tool', 'chat', 'show-agents', 'demo', 'doctor'] as const;

  it.each(COMMANDS)('says how it is used when asked, and what is wrong in one sentence: %s', async (name) => {
    const folder = aShop().path;
    const [help, misspelt] = await Promise.all([
      run(`${name}.ts`, ['--help'], folder),
      run(`${name}.ts`, ['--hlep'], folder),
    ]);

    expect(help).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^npm run \w+/) });
    expect(misspelt).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /^Unknown option '--hlep'\. Say npm run \w+ -- --help for those there are\.\n$/,
      ),
    });
  });

  it('takes no words it knows nothing of', async () => {
    const { code, stderr } = await run('chat.ts', ['nosuch'], aShop().path);

    expect(code).toBe(2);
    expect(stderr).toMatch(/^Unexpected argument 'nosuch'.*\n$/);
  });
});

describe('an editor', () => {
  it('knows the types of a tool outside the repository, once its tsconfig says where ringdown is', async () => {
    const folder = aFolder({
      'package.json': '{ "name": "my-agents", "type": "module" }',
      'tsconfig.json': JSON.stringify({
        compilerOptions: {
          module: 'nodenext',
          target: 'esnext',
          strict: true,
          noEmit: true,
          skipLibCheck: true,
          allowImportingTsExtensions: true,
          types: [],
          paths: { ringdown: [join(ROOT, 'src/index.ts')] },
        },
        include: ['shop'],
      }),
      'shop/agent.ts': AGENT,
      'shop/tools/good.ts': TOOL,
      'shop/tools/bad.ts': TOOL.replace('orderNumber.length', 'orderNumber.toFixed()'),
    });

    const tsc = join(ROOT, 'node_modules/.bin/tsc');
    const { stdout } = await promisify(execFile)(tsc, ['-p', folder.path], { cwd: folder.path }).catch(
      (failed: { stdout: string }) => failed,
    );

    const own = stdout.split('\n').filter((line) => line.startsWith('shop/'));
    expect(own).toHaveLength(1);
    expect(own[0]).toMatch(/bad\.ts.*toFixed/);
  });
});
