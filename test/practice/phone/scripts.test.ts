import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/practice/phone/caller.ts';
import { DEFAULT_SCRIPT, SCRIPTS } from '../../../src/practice/phone/scripts.ts';
import { callerClip } from '../../../src/practice/voice.ts';

/** A caller who writes down what they do. `fails`: which of their waits for the agent comes to nothing. */
function aCaller(fails = Number.POSITIVE_INFINITY) {
  const did: string[] = [];
  let waits = 0;
  const wait = async (what: string) => {
    did.push(what);
    return ++waits !== fails;
  };
  const caller = {
    say: async (name: string) => void did.push(`says ${name}`),
    pressSlowly: async (keys: string) => void did.push(`presses ${keys}`),
    hangUp: async () => void did.push('hangs up'),
    untilAgentIsQuiet: () => wait('listens'),
    untilAgentSpoke: () => wait('cuts in'),
    untilAgentIsDone: () => wait('hears it out'),
  };
  return { caller: caller as unknown as Caller, did };
}

async function plays(name: string, fails?: number) {
  const { caller, did } = aCaller(fails);
  const wentWell = await SCRIPTS[name]?.(caller);
  return { wentWell, did };
}

describe('a practice caller', () => {
  it('says only sentences that there is sound for, in every script', async () => {
    for (const name of Object.keys(SCRIPTS)) {
      const { wentWell, did } = await plays(name);
      const said = did.filter((deed) => deed.startsWith('says ')).map((deed) => deed.slice(5));

      expect(wentWell, name).toBe(true);
      for (const sentence of said) expect(callerClip(sentence).mulaw.length, sentence).toBeGreaterThan(0);
    }
  });

  it('hears the greeting first, and hangs up last and once, in every script', async () => {
    for (const name of Object.keys(SCRIPTS)) {
      const { did } = await plays(name);

      expect([did[0], did.at(-1)], name).toEqual(['listens', 'hangs up']);
      expect(
        did.filter((deed) => deed === 'hangs up'),
        name,
      ).toHaveLength(1);
    }
  });

  it('cuts in on the first answer with the next question, when nobody asks for another script', async () => {
    expect((await plays(DEFAULT_SCRIPT)).did).toEqual([
      'listens',
      'says opening_hours',
      'cuts in',
      'says parking',
      'listens',
      'says goodbye',
      'hears it out',
      'hangs up',
    ]);
  });

  it('presses keys only once they were asked for, and hears what comes of them', async () => {
    expect((await plays('keys')).did.slice(1, 5)).toEqual([
      'says order_by_keys',
      'listens',
      'presses 4217#',
      'listens',
    ]);
    expect((await plays('keys', 2)).did).not.toContain('presses 4217#');
  });

  it('moves and cancels what was booked before', async () => {
    expect((await plays('change')).did.filter((deed) => deed.startsWith('says'))).toEqual([
      'says free_appointments',
      'says book_first',
      'says move_appointment',
      'says book_first',
      'says cancel_appointment',
      'says goodbye',
    ]);
  });

  it('says that it went wrong, whichever of the agent’s answers is missing, and asks nothing more', async () => {
    for (const name of Object.keys(SCRIPTS)) {
      const waits = (await plays(name)).did.filter((deed) => !/^(says|presses|hangs)/.test(deed)).length;
      for (let missing = 1; missing <= waits; missing++) {
        const { wentWell, did } = await plays(name, missing);
        const after = did.slice(did.findLastIndex((deed) => !/^(says|presses|hangs)/.test(deed)) + 1);

        expect(wentWell, `${name} ${missing}`).toBe(false);
        expect(
          after.filter((deed) => deed !== 'hangs up'),
          `${name} ${missing}`,
        ).toEqual([]);
      }
    }
  });
});
