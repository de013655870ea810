import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AgentDirectory } from '../src/agents/directory.ts';
import { DEFAULTS } from '../src/app/config.ts';
import { aFolder } from './support/temp-folder.ts';
import { TestClock } from './support/test-clock.ts';
import { aControl } from './tools/support/a-control.ts';

const ROOT = join(import.meta.dirname, '..');
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const readme = text('README.md');

/** The files that the README shows, by the path in their first line. */
const files = Object.fromEntries(
  [...readme.matchAll(/```ts\n\/\/ my-agents\/(\S+)\n([\s\S]*?)```/g)].map(([, path, code]) => [
    path,
    code ?? '',
  ]),
);

/** What an interface offers, by the names of its members. */
const membersOf = (file: string, name: string) =>
  [
    ...(new RegExp(`interface ${name}\\b[\\s\\S]*?\\n}`).exec(text(file))?.[0] ?? '').matchAll(
      /^ {2}(?:readonly )?(\w+)[?]?[:(]/gm,
    ),
  ].map(([, member]) => `${member}`);

describe('the README', () => {
  it('shows an agent and a tool that work as they stand, in a folder outside', async () => {
    expect(Object.keys(files)).toEqual(['shop/agent.ts', 'shop/tools/order-status.ts']);
    const folder = aFolder({ 'package.json': '{ "type": "module" }', ...files });
    const log = { info() {}, warn() {}, error() {} };
    const directory = await AgentDirectory.open({
      folder: folder.path,
      environment: {},
      houseSettings: { dataDir: folder.path },
      clock: new TestClock(),
      log,
    });
    onTestFinished(() => directory.close());
    const runner = directory.answering('*')?.toolbox.open(aControl().control);
    onTestFinished(() => runner?.close());

    const call = { callId: 'c1', name: 'order_status', arguments: '{"orderNumber":"B7"}' };

    expect(await runner?.run(call, 'r1')).toMatchObject({
      result: 'ok',
      output: '{"status":"ready to collect"}',
    });
  });

  it.each([
    ['src/agents/define-agent.ts', 'Agent'],
    ['src/tools/define-tool.ts', 'Tool'],
    ['src/tools/define-tool.ts', 'CallHandle'],
  ])('names everything that %s offers in %s', (file, name) => {
    const members = membersOf(file, name);

    expect(members.length).toBeGreaterThan(5);
    expect(members.filter((member) => !new RegExp(`\`(?:${member}[\`(])`).test(readme))).toEqual([]);
  });

  it('names every variable that is read', () => {
    expect(Object.keys(DEFAULTS).filter((variable) => !readme.includes(`\`${variable}\``))).toEqual([]);
  });
});
