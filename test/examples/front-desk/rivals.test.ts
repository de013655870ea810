import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { PRACTITIONERS, stamp, testTimes } from '../../../src/examples/front-desk/clinic/calendar.ts';
import freeAppointments from '../../../src/examples/front-desk/tools/free-appointments.ts';
import { aDesk, NOW } from './support/a-desk.ts';

/** Threads that all want these times, let loose at the same moment; what each of them got. */
async function compete(dataDir: string, slots: readonly string[]): Promise<readonly (readonly string[])[]> {
  const gate = new SharedArrayBuffer(4);
  const workers = Array.from({ length: 3 }, (_, i) => {
    const workerData = { dataDir, now: NOW, name: `rival-${i}`, slots, gate };
    return new Worker(new URL('./support/rival.ts', import.meta.url), { workerData });
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const results = workers.map((worker) => once(worker, 'message'));
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  const got = await Promise.all(results);
  await Promise.all(workers.map((worker) => worker.terminate()));
  return got.map(([slots]) => slots);
}

describe('two callers who want the same time at the same moment', () => {
  it('never both get it', async () => {
    const { dataDir, aCaller, rows } = aDesk();
    await aCaller()(freeAppointments); // makes the books
    const slots = testTimes(Temporal.PlainDate.from('2026-12-08')).map(stamp);
    const taken = "SELECT * FROM appointments WHERE starts_at = ? AND state = 'booked'";
    const free = slots.map((slot) => PRACTITIONERS.length - rows(taken, slot).length);

    const got = await compete(dataDir, slots);

    const winners = slots.map((slot) => got.filter((own) => own.includes(slot)).length);
    expect(winners).toEqual(free);
    expect(slots.map((slot) => rows(taken, slot).length)).toEqual(slots.map(() => PRACTITIONERS.length));
  }, 20_000);

  it('find the same books, even if nobody has opened them before', async () => {
    const { dataDir, rows } = aDesk();

    const got = await compete(dataDir, ['2026-12-08T09:00']);

    const counts = rows(
      'SELECT (SELECT count(*) FROM customers) AS customers, (SELECT count(*) FROM orders) AS orders',
    );
    expect(counts).toEqual([{ customers: 150, orders: 220 }]);
    expect(got.flat().length).toBeLessThanOrEqual(PRACTITIONERS.length);
  }, 20_000);
});

describe('the tables', () => {
  it('refuse a second booking by themselves', async () => {
    const { aCaller, rows } = aDesk();
    await aCaller()(freeAppointments);
    const add = () =>
      rows(
        "INSERT INTO appointments (practitioner, starts_at, phone, state) VALUES ('Amara Okafor', '2027-01-04T09:00', '', 'booked')",
      );
    add();

    expect(add).toThrow(/UNIQUE/);
  });
});
