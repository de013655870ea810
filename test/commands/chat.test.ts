import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

it('npm run chat: talks to the agent in writing, with its tools, until the goodbye', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringdown-chat-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const chat = spawn(process.execPath, [join(import.meta.dirname, '../../src/commands/chat.ts')], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', DATA_DIR: folder },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  chat.stdin.end('Is my order ready? The number is four two one seven.\nThank you, that is all. Goodbye.\n');

  let shown = '';
  for await (const chunk of chat.stdout) shown += chunk;

  expect(shown.replaceAll(/\d+ ms/g, 'some ms').split('\n')).toEqual([
    'agent  This call is recorded. Harbour Opticians, good day. How can I help you?',
    'you    Is my order ready? The number is four two one seven.',
    'tool   order_status {"orderNumber":"4217"}',
    'tool   order_status: ok, some ms, {"say":"Order number 4217 is ready to collect.","state":"ready"}',
    'agent  Order number 4217 is ready to collect.',
    'you    Thank you, that is all. Goodbye.',
    'agent  Thank you for calling. Goodbye!',
    'tool   hang_up {}',
    'tool   hang_up: ok, some ms, {"done":true}',
    '       the call has ended: agent hung up',
    '',
  ]);
}, 30_000);
