import { createHash } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readWav } from '../../src/audio/wav.ts';
import { recordingPath } from '../../src/recordings/shelf.ts';
import { openSqliteStore } from '../../src/stores/sqlite/open.ts';
import { aReviewHouse } from '../support/a-review-house.ts';
import { aFolder } from '../support/temp-folder.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/logs');

function aDirectoryOfTheFirstVersion(): string {
  const directory = aFolder({}).path;
  cpSync(join(FIXTURES, 'version-1'), directory, { recursive: true });
  return directory;
}

describe('a whole data directory of the first version', () => {
  it('opens: every call can be read and heard', async () => {
    const directory = aDirectoryOfTheFirstVersion();
    const { store, setAside } = openSqliteStore(directory, { owner: 'this', wallMs: Date.now });
    const { calls } = await store.list({ limit: 100 });

    expect([setAside, calls.length]).toEqual([null, 22]);
    for (const { callId, durationMs, endReason } of calls) {
      expect(endReason).toMatch(/hung_up$/);
      expect((await store.events(callId)).at(0)).toMatchObject({ type: 'rang' });
      const heardMs = readWav(readFileSync(recordingPath(directory, callId))).data.length / 16;
      expect(Math.abs(heardMs - durationMs)).toBeLessThan(1_500);
    }
    await store.close();
  });

  it('is gone on with: what is noted of its calls from now on changes what it says, and nothing else', async () => {
    const { store } = openSqliteStore(aDirectoryOfTheFirstVersion(), { owner: 'this', wallMs: Date.now });
    const { calls } = await store.list({ limit: 100 });
    for (const { callId } of calls) await store.note(callId, { type: 'recording', state: 'deleted' });

    const after = calls.map((card) => ({ ...card, hasRecording: false }));
    expect((await store.list({ limit: 100 })).calls).toEqual(after);
    await store.close();
  });

  it('is shown as the first version showed it: pages, API, figures and exports, but for what is meant to differ', async () => {
    const directory = aDirectoryOfTheFirstVersion();
    const { store } = openSqliteStore(directory, { owner: 'this', wallMs: Date.now });
    const recordings = { find: async (callId: string) => recordingPath(directory, callId) };
    const house = await aReviewHouse(
      { operator: [], viewer: [] },
      { room: { store, recordings }, parts: { store } },
    );
    onTestFinished(async () => {
      await house.close();
      await store.close();
    });

    for (const [path, before] of Object.entries(answersOfTheFirstVersion())) {
      const response = await house.ask(path);
      const type = response.headers.get('content-type') ?? '';
      const bytes = Buffer.from(await response.arrayBuffer());
      const body = isHashed(path)
        ? createHash('sha256').update(bytes).digest('hex')
        : withoutNonce(String(bytes));
      const now = { status: response.status, type, body };

      expect({ path, ...meantToDiffer(path, now) }).toEqual({ path, ...meantToDiffer(path, before) });
    }
  });
});

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** What is no longer as it was, and why; either side is brought to what both have. */
const DIFFERENCES: readonly {
  readonly why: string;
  readonly common: (answer: Answer, path: string) => Answer;
}[] = [
  {
    why: 'lines of JSON are called that, and no longer a stream of bytes',
    common: (answer, path) => (/\.jsonl$|\/events$/.test(path) ? { ...answer, type: '' } : answer),
  },
  {
    why: 'costs are rounded to a millionth of a dollar, without the dust of their sums',
    common: (answer, path) =>
      /^\/api\/(calls|figures)/.test(path)
        ? {
            ...answer,
            body: answer.body.replaceAll(/\d+\.\d{6,}/g, (dollars) =>
              String(Math.round(Number(dollars) * 1e6) / 1e6),
            ),
          }
        : answer,
  },
  {
    why: 'what transcripts cost is counted, and shown beside the rest',
    common: (answer) => ({
      ...answer,
      body: answer.body
        .replace('<div><dt>transcripts</dt><dd>$0.000</dd></div>', '')
        .replace('"transcription":0,', ''),
    }),
  },
  {
    why: 'the charts are told where their figures are',
    common: (answer) => ({ ...answer, body: answer.body.replace(/ data-figures="[^"]*"/, '') }),
  },
  {
    why: 'export links ended in a question mark where nothing was asked for',
    common: (answer) => ({
      ...answer,
      body: answer.body.replaceAll(/(\/api\/calls\.(?:csv|jsonl))\?"/g, '$1"'),
    }),
  },
];

function meantToDiffer(path: string, answer: Answer): Answer {
  return DIFFERENCES.reduce((common, difference) => difference.common(common, path), answer);
}

function answersOfTheFirstVersion(): Readonly<Record<string, Answer>> {
  return JSON.parse(String(brotliDecompressSync(readFileSync(join(FIXTURES, 'version-1-answers.br')))));
}

/** What is long and no text stands in the fixture as its SHA-256. */
function isHashed(path: string): boolean {
  return /\/(recording\.wav|peaks)$/.test(path);
}

function withoutNonce(page: string): string {
  return page.replaceAll(/nonce(-|=")[\w+/=]+/g, 'nonce$1…');
}
