import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/app/config.ts';
import { bringBackCalls, checkCallLog, checkStore } from '../../../src/commands/doctor/check-call-log.ts';
import { openSqliteStore } from '../../../src/stores/sqlite/open.ts';
import { databasePath, filesSetAside } from '../../../src/stores/sqlite/set-aside.ts';
import { freePort } from '../../support/a-port.ts';
import { aWholeCall, stored } from '../../support/logged-calls.ts';
import { aFolder } from '../../support/temp-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const clock = new TestClock();
const POSTGRES = 'postgres://127.0.0.1:1/calls';
const inWords = (findings: ReturnType<typeof checkCallLog>) =>
  findings.map(({ state, text }) => `${state} ${text}`);
const checked = (DATA_DIR: string, more: Record<string, string> = {}) =>
  inWords(checkCallLog(readConfig({ DATA_DIR, ...more }), clock));
const broughtBack = (DATA_DIR: string, more: Record<string, string> = {}) =>
  inWords(bringBackCalls(readConfig({ DATA_DIR, ...more }), clock));

/** A folder with a log of one call in it; `aside`: it was set aside. */
async function aFolderWithALog(aside: boolean): Promise<string> {
  const { path } = aFolder({});
  const { store } = openSqliteStore(path, { owner: 'this', wallMs: clock.wallMs.bind(clock) });
  await store.append(stored('CA1', aWholeCall()));
  await store.close();
  if (aside) renameSync(databasePath(path), `${databasePath(path)}.set-aside-2026-01-01T09-00-00-000Z`);
  return path;
}

describe('what the doctor says of the call log', () => {
  it('tells a log that is sound from one that has yet to be begun, and begins none', async () => {
    const { path } = aFolder({});

    expect(checked(await aFolderWithALog(false))).toEqual([expect.stringMatching(/^good .* is sound\.$/)]);
    expect(checked(path)).toEqual([expect.stringMatching(/^good There is none yet/)]);
    expect(existsSync(databasePath(path))).toBe(false);
  });

  it('says of what is no log that the next start sets it aside', () => {
    const { path } = aFolder({});
    writeFileSync(databasePath(path), 'Dear diary, '.repeat(1_000));

    expect(checked(path)).toEqual([expect.stringMatching(/^note .*the next start sets it aside as it is/)]);
  });

  it('says of a log set aside in which no call can be read that it may go', () => {
    const { path } = aFolder({});
    writeFileSync(`${databasePath(path)}.set-aside-2026-01-01T09-00-00-000Z`, 'noise');

    expect(checked(path)).toContainEqual(
      expect.stringMatching(/^note .*no call can be read in it\. Remove it/),
    );
  });

  it('looks at no log in DATA_DIR where calls are logged elsewhere, save for those set aside', async () => {
    const path = await aFolderWithALog(true);

    expect(checked(await aFolderWithALog(false), { DATABASE_URL: POSTGRES })).toEqual([]);
    expect(checked(path, { DATABASE_URL: POSTGRES })).toEqual([
      expect.stringMatching(/^note .*with 1 calls\. They can be brought back to SQLite only/),
    ]);
  });
});

describe('bringing calls back', () => {
  it('says how many came back, and leaves nothing to be brought back twice', async () => {
    const path = await aFolderWithALog(true);

    expect(broughtBack(path)).toEqual([
      expect.stringMatching(/^good 1 calls of calls\.db\.set-aside-\S+ are/),
    ]);
    expect(filesSetAside(path)).toEqual([]);
    expect(broughtBack(path)).toEqual([`good No log lies set aside in ${path}.`]);
  });

  it('leaves alone what is no log any more, and says that it could not', () => {
    const { path } = aFolder({});
    writeFileSync(`${databasePath(path)}.set-aside-2026-01-01T09-00-00-000Z`, 'noise');

    expect(broughtBack(path)).toEqual([expect.stringMatching(/^bad .*could not be brought back/)]);
    expect(filesSetAside(path)).toHaveLength(1);
  });

  it('is refused where calls are logged elsewhere, and takes nothing away', async () => {
    const path = await aFolderWithALog(true);

    expect(broughtBack(path, { DATABASE_URL: POSTGRES })).toEqual([
      expect.stringMatching(/^bad .*start this without DATABASE_URL/),
    ]);
    expect(filesSetAside(path)).toHaveLength(1);
  });
});

describe('what the doctor says of a shared call log', () => {
  it('is nothing where there is none, and no reason not to answer calls where it cannot be reached', async () => {
    const { path } = aFolder({});
    const DATABASE_URL = `postgres://127.0.0.1:${await freePort()}/calls`;

    expect(await checkStore(readConfig({ DATA_DIR: path }))).toEqual([]);
    expect(inWords(await checkStore(readConfig({ DATA_DIR: path, DATABASE_URL })))).toEqual([
      expect.stringMatching(/^note .*Until then calls are answered, and wait in memory/),
    ]);
    expect(existsSync(join(path, 'calls.db'))).toBe(false);
  });
});
