import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/app/config.ts';
import { placePracticeCall } from '../../src/commands/practice-call.ts';
import { bookingsOfCall } from '../../src/examples/front-desk/clinic/bookings.ts';
import { wallTime } from '../../src/examples/front-desk/clinic/calendar.ts';
import { DATABASE_FILE } from '../../src/examples/front-desk/clinic/database.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { SCRIPTS, type Script } from '../../src/practice/phone/scripts.ts';

const scriptNamed = (name: string): Script => SCRIPTS[name] ?? (async () => false);

/** The example business in a folder of its own, and calls that reach it through every layer there is. */
async function aBusiness() {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringdown-'));
  const wipe = () => rm(dataDir, { recursive: true, maxRetries: 3 });
  return {
    wipe,
    async call(script: Script) {
      const config = readConfig({ PORT: '0', DATA_DIR: dataDir });
      const result = await placePracticeCall(config, pino({ level: 'silent' }), script);
      const today = wallTime(systemClock.wallMs()).toPlainDate();
      return {
        ...result,
        bookings: bookingsOfCall(dataDir, result.callId ?? '', today),
        used: result.facts.flatMap((fact) =>
          fact.type === 'tool_returned' ? [`${fact.name}: ${fact.result}`] : [],
        ),
        said: result.facts.flatMap((fact) => (fact.type === 'agent_said' ? [fact.text] : [])),
      };
    },
    doubleBookings(): number {
      const db = new DatabaseSync(join(dataDir, DATABASE_FILE));
      const sql =
        "SELECT 1 FROM appointments WHERE state = 'booked' GROUP BY practitioner, starts_at HAVING count(*) > 1";
      const found = db.prepare(sql).all().length;
      db.close();
      return found;
    },
  };
}

describe.concurrent('a call to the example business', () => {
  it('books what is free, and two at the same moment never book the same', async ({ onTestFinished }) => {
    const { call, doubleBookings, wipe } = await aBusiness();
    onTestFinished(wipe);

    const calls = await Promise.all([call(scriptNamed('book')), call(scriptNamed('book'))]);

    expect(calls.map(({ wentWell }) => wentWell)).toEqual([true, true]);
    expect(calls.map(({ facts }) => facts.find(({ type }) => type === 'ended'))).toMatchObject([
      { type: 'ended', reason: 'agent_hung_up' },
      { type: 'ended', reason: 'agent_hung_up' },
    ]);
    // Both are offered the same time. Where one practitioner only is free then, one of them comes too late.
    const outcomes = calls.map(({ used }) => used.includes('book_appointment: ok'));
    expect(calls.map(({ bookings }) => bookings.length === 1)).toEqual(outcomes);
    expect(outcomes).toContain(true);
    expect(doubleBookings()).toBe(0);
  }, 120_000);

  it('never shows a date of birth that was keyed in', async ({ onTestFinished }) => {
    const { call, wipe } = await aBusiness();
    onTestFinished(wipe);

    const { wentWell, said, facts } = await call(scriptNamed('details'));

    expect(wentWell).toBe(true);
    expect(said).toContain('Thank you, I have found you.');
    expect(JSON.stringify(facts)).not.toMatch(/01051980|1980-05-01/);
  }, 120_000);
});
