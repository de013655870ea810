import { basename } from 'node:path';
import type { Config } from '../../app/config.ts';
import { unreachable } from '../../errors.ts';
import { nameOf, neighboursIn } from '../../journal/neighbours.ts';
import type { Clock } from '../../ports/clock.ts';
import { openPostgresStore } from '../../stores/postgres/store.ts';
import { StoreTrouble } from '../../stores/shared/trouble.ts';
import { bringBack, callsIn } from '../../stores/sqlite/bring-back.ts';
import { databasePath, filesSetAside } from '../../stores/sqlite/set-aside.ts';
import { soundnessOf } from '../../stores/sqlite/soundness.ts';
import { bad, type Finding, good, note } from './finding.ts';

/** The embedded call log: whether it is sound, who writes to it, and which calls lie beside it. */
export function checkCallLog({ dataDir, databaseUrl }: Config, clock: Clock): readonly Finding[] {
  const aside = filesSetAside(dataDir).map((path) => findingOn(path, databaseUrl === null));
  if (databaseUrl !== null) return aside;
  const servers = neighboursIn(dataDir, clock.wallMs()).map(nameOf);
  return [
    checkSoundness(databasePath(dataDir)),
    ...(servers.length > 0 ? [note('call log', `Kept at the moment by ${servers.join(', and by ')}.`)] : []),
    ...aside,
  ];
}

/** Brings the calls of every log that was set aside back into the log. */
export function bringBackCalls({ dataDir, databaseUrl }: Config, clock: Clock): readonly Finding[] {
  if (databaseUrl !== null)
    return [
      bad(
        'call log',
        'Calls can be brought back to SQLite in DATA_DIR only: start this without DATABASE_URL.',
      ),
    ];
  const paths = filesSetAside(dataDir);
  if (paths.length === 0) return [good('call log', `No log lies set aside in ${dataDir}.`)];
  return paths.map((path) => {
    try {
      const { calls, damaged } = bringBack(path, dataDir, clock.wallMs());
      if (damaged === 0) return good('call log', `${calls} calls of ${basename(path)} are in the log again.`);
      return note(
        'call log',
        `${calls} calls of ${basename(path)} are in the log again; of ${damaged} something could not be read, so the file stays. Remove it when you have no use for it.`,
      );
    } catch (error) {
      return bad(
        'call log',
        `${basename(path)} could not be brought back: ${why(error)} Nothing is lost: try again.`,
      );
    }
  });
}

function checkSoundness(path: string): Finding {
  try {
    const found = soundnessOf(path);
    switch (found) {
      case 'none':
        return good('call log', `There is none yet; the first start begins it at ${path}.`);
      case 'sound':
        return good('call log', `${path} is sound.`);
      case 'index_broken':
        return note(
          'call log',
          `The index of words in ${path} is broken: the next start makes it anew, and touches no call.`,
        );
      case 'damaged':
      case 'foreign':
        return note(
          'call log',
          `${path} cannot be read as a call log: the next start sets it aside as it is, and begins a new one.`,
        );
      default:
        return unreachable(found);
    }
  } catch (error) {
    return bad('call log', why(error));
  }
}

function findingOn(path: string, isSqlite: boolean): Finding {
  const name = basename(path);
  const { calls, damaged } = callsIn(path);
  if (calls === 0)
    return note(
      'call log',
      `${name} lies set aside in DATA_DIR, and no call can be read in it. Remove it when you have no use for it.`,
    );
  const unreadable = damaged > 0 ? `, of ${damaged} of which not everything can be read` : '';
  const how = isSqlite
    ? 'To bring them back: npm run doctor -- --bring-back (also while the server runs).'
    : 'They can be brought back to SQLite only: npm run doctor -- --bring-back, without DATABASE_URL.';
  return note('call log', `${name} lies set aside in DATA_DIR with ${calls} calls${unreadable}. ${how}`);
}

function why(error: unknown): string {
  return error instanceof StoreTrouble ? error.message : String(error);
}

/** Whether the shared call log can be reached and written; nothing to say where calls are logged in `DATA_DIR`. */
export async function checkStore({ databaseUrl: url }: Config): Promise<readonly Finding[]> {
  if (url === null) return [];
  try {
    const store = await openPostgresStore({ url, owner: 'doctor', connections: 1 });
    await store.close();
    return [good('database', 'The Postgres of DATABASE_URL answers, and has a place for calls.')];
  } catch (error) {
    if (!(error instanceof StoreTrouble)) throw error;
    return [
      note('database', `${error.message} Until then calls are answered, and wait in memory to be kept.`),
    ];
  }
}
