import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { bookingsOfCall } from '../../../src/examples/front-desk/clinic/bookings.ts';
import { DATABASE_FILE, openBooks } from '../../../src/examples/front-desk/clinic/database.ts';
import bookAppointment from '../../../src/examples/front-desk/tools/book-appointment.ts';
import freeAppointments from '../../../src/examples/front-desk/tools/free-appointments.ts';
import orderStatus from '../../../src/examples/front-desk/tools/order-status.ts';
import { aDesk, NOW } from './support/a-desk.ts';

const TODAY = Temporal.PlainDateTime.from(NOW).toPlainDate();
const EVERYTHING = ['customers', 'orders', 'appointments'].map((table) => `SELECT * FROM ${table}`);

describe('the books of the desk', () => {
  it('are filled on the first start, with a few hundred rows, and kept from then on', async () => {
    const { aCaller, rows } = aDesk();

    const before = EVERYTHING.map((all) => rows(all).length);
    const { times: [first] = [] } = await aCaller()(freeAppointments);
    await aCaller()(bookAppointment, { slot: first?.slot });

    expect(before[0]).toBe(150);
    expect(before[1]).toBe(220);
    expect(before[2]).toBeGreaterThan(200);
    expect(EVERYTHING.map((all) => rows(all).length)).toEqual([150, 220, (before[2] ?? 0) + 1]);
  });

  it('are filled the same for the same day, and about that day', () => {
    const one = aDesk();
    const other = aDesk();
    const later = aDesk('2027-03-01T08:00');

    expect(EVERYTHING.map((all) => one.rows(all))).toEqual(EVERYTHING.map((all) => other.rows(all)));
    const last = 'SELECT max(starts_at) AS at FROM appointments';
    expect(String(one.rows(last)[0]?.['at']).slice(0, 7)).toBe('2026-12');
    expect(String(later.rows(last)[0]?.['at']).slice(0, 7)).toBe('2027-03');
  });

  it('hold no test outside opening hours, and no customer twice at one time', () => {
    const { rows } = aDesk();

    const times = rows('SELECT DISTINCT starts_at AS at FROM appointments').map(({ at }) => String(at));
    const twice = rows('SELECT 1 FROM appointments GROUP BY customer_id, starts_at HAVING count(*) > 1');

    expect(times.filter((at) => !/T(09|1[0-6]):[03]0|T17:00/.test(at))).toEqual([]);
    expect(twice).toEqual([]);
  });

  it('make glasses ready by themselves as the days go by', async () => {
    const { dataDir, aCaller, rows } = aDesk();
    const [order] = rows(
      'SELECT number FROM orders WHERE ready_on > ? AND cancelled_on IS NULL',
      '2026-11-25',
    );
    const orderNumber = String(order?.['number']);
    const monthLater = aDesk('2026-12-23T10:00');

    const today = await aCaller()(orderStatus, { orderNumber });
    const then = await monthLater.aCaller({ dataDir })(orderStatus, { orderNumber });

    expect([today.state, then.state]).toEqual(['being_made', 'ready']);
  });

  it('show what was booked on a call to whoever minds the shop', async () => {
    const { dataDir, aCaller } = aDesk();
    const caller = aCaller();
    await caller(orderStatus, { orderNumber: '4217' });
    const { times: [first] = [] } = await caller(freeAppointments);
    await caller(bookAppointment, { slot: first?.slot });

    expect(bookingsOfCall(dataDir, 'call-1', TODAY)).toMatchObject([
      { startsAt: first?.slot, state: 'booked', customer: 'Robin Marlow' },
    ]);
    expect(bookingsOfCall(dataDir, 'another call', TODAY)).toEqual([]);
  });

  it('are not touched when another version has written them, and it is said what to do', () => {
    const { dataDir } = aDesk();
    const db = new DatabaseSync(join(dataDir, DATABASE_FILE));
    db.exec('PRAGMA user_version = 9');
    db.close();

    expect(() => openBooks(dataDir, TODAY)).toThrow(/version 9, and 1 is wanted. Move it away/);
  });
});
