import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openSignedOut, SESSION_MS, Sessions } from '../../../src/http/sign-in/sessions.ts';
import { aHouse, type House } from '../../support/a-house.ts';
import { askPort } from '../../support/a-stranger.ts';
import { aFolder } from '../../support/temp-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

const OPERATOR = 'open the harbour';
const houses: House[] = [];
afterEach(async () => {
  for (const house of houses.splice(0)) await house.close();
});

async function aProcess(directory: string) {
  const house = await aHouse({ DATA_DIR: directory, REVIEW_PASSWORD: OPERATOR });
  houses.push(house);
  const port = Number(new URL(house.app.localUrl).port);
  const Origin = `http://localhost:${port}`;
  const headers = { Host: `localhost:${port}`, Origin };
  return {
    async signIn(): Promise<string> {
      const { headers: told } = await askPort(port, '/sign-in', {
        method: 'POST',
        headers,
        body: { password: OPERATOR },
      });
      return String(told['set-cookie']).split(';')[0] ?? '';
    },
    signOut: (Cookie: string) =>
      askPort(port, '/sign-out', { method: 'POST', headers: { ...headers, Cookie } }),
    statusWith: async (Cookie: string) => (await askPort(port, '/api/calls', { headers: { Cookie } })).status,
    async stop() {
      houses.splice(houses.indexOf(house), 1);
      await house.close();
    },
  };
}

describe('a session', () => {
  it('that was signed out of is not good again after a restart, and the others are', async () => {
    const directory = aFolder({}).path;
    const before = await aProcess(directory);
    const [given, kept] = [await before.signIn(), await before.signIn()];
    await before.signOut(given);
    await before.stop();

    const after = await aProcess(directory);

    expect([await after.statusWith(given), await after.statusWith(kept)]).toEqual([401, 200]);
  });
});

describe('the list of sessions that were signed out of', () => {
  const aList = async (directory: string, clock: TestClock) => {
    const troubles: string[] = [];
    const signedOut = await openSignedOut(
      directory,
      () => clock.wallMs(),
      (what) => void troubles.push(what),
    );
    const sessions = new Sessions({ clock, passwords: { operator: [OPERATOR], viewer: [] }, signedOut });
    return { signedOut, sessions, troubles };
  };

  it('is for the owner of the process only, and has no ticket in it that could be used', async () => {
    const { path } = aFolder({});
    const { sessions } = await aList(path, new TestClock());
    const ticket = sessions.issue('operator', OPERATOR);
    await sessions.end(ticket);

    const text = readFileSync(join(path, 'signed-out.txt'), 'utf8');
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain(ticket.split('.').at(-1));
  });

  it('does not grow by what is no session', async () => {
    const { path } = aFolder({ 'signed-out.txt': '' });
    const { sessions } = await aList(path, new TestClock());
    await sessions.end('operator.zzzzzzzz.id.c2lnbmF0dXJl');

    expect(readFileSync(join(path, 'signed-out.txt'), 'utf8')).toBe('');
  });

  it('leaves out sessions that would be over by now', async () => {
    const clock = new TestClock();
    const lines = Array.from({ length: 1_500 }, (_, i) => `old${i} ${clock.wallMs() - 1}\n`);
    const { path } = aFolder({ 'signed-out.txt': `${lines.join('')}new ${clock.wallMs() + 1}\n` });

    const { signedOut } = await aList(path, clock);

    expect([signedOut.has('old1'), signedOut.has('new')]).toEqual([false, true]);
    expect(readFileSync(join(path, 'signed-out.txt'), 'utf8').split('\n')).toHaveLength(2);
  });

  it('that cannot be read takes every session from before with it, and says so', async () => {
    const { path } = aFolder({});
    const clock = new TestClock();
    const ticket = (await aList(path, clock)).sessions.issue('operator', OPERATOR);
    mkdirSync(join(path, 'signed-out.txt')); // as unreadable to root as to anybody
    clock.advance(1);

    const { sessions, troubles } = await aList(path, clock);

    expect([sessions.roleOf(ticket), sessions.roleOf(sessions.issue('operator', OPERATOR))]).toEqual([
      null,
      'operator',
    ]);
    expect(troubles).toEqual([expect.stringContaining('has to do so again')]);
  });

  it('loses no more than the line at which a process was cut off', async () => {
    const { path } = aFolder({ 'signed-out.txt': 'whole 9999999999999\ncut 99' });
    const { signedOut } = await aList(path, new TestClock());
    await signedOut.add('next', 9_999_999_999_999);
    await signedOut.add('last', 9_999_999_999_999);

    const after = (await aList(path, new TestClock())).signedOut;

    expect(['whole', 'next', 'last'].map((id) => after.has(id))).toEqual([true, true, true]);
  });

  it('that cannot be written still counts for this process, and says so', async () => {
    const { path } = aFolder({ blocked: '' });
    const { sessions, troubles } = await aList(join(path, 'blocked'), new TestClock());
    const ticket = sessions.issue('operator', OPERATOR);
    await sessions.end(ticket);

    expect(sessions.roleOf(ticket)).toBeNull();
    expect(troubles).toEqual([expect.stringContaining('could not be kept')]);
  });

  it('is not asked of a session whose time is over', async () => {
    const clock = new TestClock();
    const { sessions } = await aList(aFolder({}).path, clock);
    const ticket = sessions.issue('operator', OPERATOR);
    clock.advance(SESSION_MS);

    expect(sessions.roleOf(ticket)).toBeNull();
  });
});
