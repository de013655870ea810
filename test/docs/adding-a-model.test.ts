import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionEvent, SessionSetup, SpeechModel } from '../../src/ports/session.ts';

const ROOT = join(import.meta.dirname, '../..');
const page = readFileSync(join(ROOT, 'docs/adding-a-model.md'), 'utf8');
const [toy = ''] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code]) => code);

const SETUP: SessionSetup = {
  instructions: 'Repeat.',
  tools: [],
  remoteTools: [],
  output: 'speech',
  turnTaking: { detection: { type: 'manual' }, isLedByUs: true },
};

/** The house with a folder more. */
let house: string;
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'ringdown-parrot-'));
  for (const each of ['src/ports', 'src/audio', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, each), join(house, each), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
  mkdirSync(join(house, 'src/models/parrot'), { recursive: true });
  writeFileSync(join(house, 'src/models/parrot/index.ts'), toy);
});
afterAll(() => rmSync(house, { recursive: true, force: true }));

describe('the page on adding a model', () => {
  it('shows code that compiles as it stands', { timeout: 120_000 }, () => {
    writeFileSync(
      join(house, 'tsconfig.toy.json'),
      JSON.stringify({ extends: './tsconfig.json', include: [], files: ['src/models/parrot/index.ts'] }),
    );
    const { stdout, status } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.toy.json'], {
      cwd: house,
      encoding: 'utf8',
    });

    expect([status, stdout]).toEqual([0, '']);
  });

  it('shows a model that says what it has heard', async () => {
    const { parrot }: { parrot: () => SpeechModel } = await import(
      pathToFileURL(join(house, 'src/models/parrot/index.ts')).href
    );
    const events: SessionEvent[] = [];
    const session = parrot().open(SETUP, (event) => void events.push(event));
    expect(events).toEqual([]);
    await Promise.resolve();

    session.hear(Uint8Array.of(1, 2));
    session.respond({ requestId: 'q', purpose: 'caller_turn' });
    session.close();
    session.respond({ requestId: 'late', purpose: 'caller_turn' });

    expect(events.map(({ type }) => type)).toEqual([
      'ready',
      'response_started',
      'audio',
      'audio_done',
      'response_done',
    ]);
    expect(events[2]).toMatchObject({ audio: Uint8Array.of(1, 2) });
  });

  it('names every capability that a session says it has', () => {
    const [, declared = ''] =
      /export interface Capabilities \{([\s\S]*?)\n\}/.exec(
        readFileSync(join(ROOT, 'src/ports/session.ts'), 'utf8'),
      ) ?? [];
    const names = [...declared.matchAll(/^ {2}readonly (\w+):/gm)].map(([, name]) => name);

    expect([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name).sort()).toEqual(names.sort());
    expect(names.length).toBeGreaterThan(5);
  });

  it('points at files that there are', () => {
    for (const [, path = ''] of page.matchAll(/\]\(\.\.\/([^)]+)\)/g))
      expect([path, existsSync(join(ROOT, path))]).toEqual([path, true]);
  });
});
