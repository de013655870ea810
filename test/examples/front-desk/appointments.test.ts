import { describe, expect, it } from 'vitest';
import { PROOF_WANTED, TAKEN } from '../../../src/examples/front-desk/clinic/answers.ts';
import bookAppointment from '../../../src/examples/front-desk/tools/book-appointment.ts';
import cancelAppointment from '../../../src/examples/front-desk/tools/cancel-appointment.ts';
import freeAppointments from '../../../src/examples/front-desk/tools/free-appointments.ts';
import moveAppointment from '../../../src/examples/front-desk/tools/move-appointment.ts';
import myAppointment from '../../../src/examples/front-desk/tools/my-appointment.ts';
import orderStatus from '../../../src/examples/front-desk/tools/order-status.ts';
import { aDesk } from './support/a-desk.ts';

const BOOKED_AT = "SELECT * FROM appointments WHERE starts_at = ? AND state = 'booked'";
const BY_CALL =
  'SELECT starts_at, state, phone, name, customer_id FROM appointments WHERE booked_by_call = ?';

describe('an eye test by phone', () => {
  it('is offered on two days, and never at a time that is taken', async () => {
    const { aCaller, rows } = aDesk();

    const { say, times = [] } = await aCaller()(freeAppointments);

    expect(times.map(({ slot }) => slot.slice(0, 10))).toEqual(['2026-11-23', '2026-11-24']);
    for (const { slot } of times) expect(rows(BOOKED_AT, slot).length).toBeLessThan(2);
    expect(say).toContain(times[0]?.spoken);
    expect(say).not.toMatch(/\d/);
  });

  it('is offered from the day on and in the half of the day that suits', async () => {
    const { aCaller } = aDesk();

    const { times = [] } = await aCaller()(freeAppointments, { fromDay: '2026-12-01', daytime: 'afternoon' });

    expect(times[0]?.slot).toMatch(/^2026-12-01T1[2-7]/);
  });

  it('is not offered within the hour', async () => {
    const { aCaller } = aDesk('2026-11-23T16:30');

    const { times = [] } = await aCaller()(freeAppointments);

    expect(times[0]?.slot.slice(0, 10)).toBe('2026-11-24');
  });

  it('is booked once however often the same request is made', async () => {
    const { aCaller, rows } = aDesk();
    const caller = aCaller();
    const { times = [] } = await caller(freeAppointments);

    const answers = [];
    for (let i = 0; i < 3; i++) {
      answers.push(await caller(bookAppointment, { slot: times[0]?.slot, name: 'Robin' }, 'call-1/item-7'));
    }

    expect(answers[0]?.slot).toBe(times[0]?.slot);
    expect(answers[0]?.say).toBe(`Your appointment is booked for ${times[0]?.spoken}.`);
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(rows(BY_CALL, 'call-1')).toEqual([
      { starts_at: times[0]?.slot, state: 'booked', phone: '+15005550006', name: 'Robin', customer_id: null },
    ]);
  });

  it('is refused where everybody is busy', async () => {
    const { aCaller, rows } = aDesk();
    const { times: [first] = [] } = await aCaller()(freeAppointments, { fromDay: '2026-12-07' });
    const free = 2 - rows(BOOKED_AT, first?.slot ?? '').length;
    for (let i = 0; i < free; i++) await aCaller({ callId: `b${i}` })(bookAppointment, { slot: first?.slot });

    const late = await aCaller({ callId: 'late' })(bookAppointment, { slot: first?.slot });

    expect(late).toEqual({ error: TAKEN });
    expect(rows(BOOKED_AT, first?.slot ?? '')).toHaveLength(2);
  });

  it.each(['2026-11-29T10:00', '2026-11-23T09:10', 'the first one', "'; DROP TABLE orders; --"])(
    'is not booked for "%s"',
    async (slot) => {
      const { aCaller, rows } = aDesk();

      const answer = await aCaller()(bookAppointment, { slot });

      expect(answer.error).toContain('free_appointments');
      expect(rows('SELECT id FROM appointments WHERE booked_by_call IS NOT NULL')).toEqual([]);
    },
  );

  it.each(['2026-11-20T09:00', '2026-11-23T09:00', '2027-06-01T09:00'])(
    'is not booked for %s: too late, too soon or too far ahead',
    async (slot) => {
      const { aCaller } = aDesk('2026-11-23T08:30');

      expect(await aCaller()(bookAppointment, { slot })).toEqual({ error: TAKEN });
    },
  );

  it('is moved and cancelled by whoever booked it on this very call', async () => {
    const { aCaller, rows } = aDesk();
    const caller = aCaller();
    const { times = [] } = await caller(freeAppointments);
    await caller(bookAppointment, { slot: times[0]?.slot });

    const asked = await caller(myAppointment);
    const moved = await caller(moveAppointment, { slot: asked.times?.[0]?.slot });
    const cancelled = await caller(cancelAppointment);

    expect(asked.say).toContain(`Your appointment is booked for ${times[0]?.spoken}.`);
    expect(asked.times?.[0]?.slot.slice(0, 10)).toBe('2026-11-24');
    expect(moved.slot).toBe(asked.times?.[0]?.slot);
    expect(cancelled.say).toBe(`Your appointment on ${asked.times?.[0]?.spoken} is cancelled.`);
    expect(rows(BY_CALL, 'call-1')).toMatchObject([{ starts_at: moved.slot, state: 'cancelled' }]);
  });

  it('is the one that is named, where there are several', async () => {
    const { aCaller, rows } = aDesk();
    const caller = aCaller();
    const { times: [first, second] = [] } = await caller(freeAppointments);
    for (const time of [first, second]) await caller(bookAppointment, { slot: time?.slot });

    const wrong = await caller(cancelAppointment, { slot: '2026-12-31T09:00' });
    const right = await caller(cancelAppointment, { slot: first?.slot });

    expect([wrong.error, right.slot]).toEqual([PROOF_WANTED, first?.slot]);
    expect(rows(BY_CALL, 'call-1').map(({ state }) => state)).toEqual(['cancelled', 'booked']);
  });

  it('is refused no longer once the reason is gone: a refusal is not kept as an answer', async () => {
    const { aCaller } = aDesk();
    const caller = aCaller();
    const before = await caller(cancelAppointment, {}, 'the same request');
    const { times: [first] = [] } = await caller(freeAppointments);
    await caller(bookAppointment, { slot: first?.slot });

    const after = await caller(cancelAppointment, {}, 'the same request');

    expect([before.error, after.slot]).toEqual([PROOF_WANTED, first?.slot]);
  });

  it('stays where it is when the time it should move to is taken', async () => {
    const { aCaller, rows } = aDesk();
    const { times: [first, second] = [] } = await aCaller()(freeAppointments, { fromDay: '2026-12-07' });
    await aCaller()(bookAppointment, { slot: first?.slot });
    for (let i = 0; i < 2; i++) await aCaller({ callId: `b${i}` })(bookAppointment, { slot: second?.slot });

    const answer = await aCaller()(moveAppointment, { slot: second?.slot });

    expect(answer).toEqual({ error: TAKEN });
    expect(rows(BY_CALL, 'call-1')).toMatchObject([{ starts_at: first?.slot, state: 'booked' }]);
  });

  it('is not booked twice at one time for one customer, and not even offered', async () => {
    const { aCaller } = aDesk();
    const caller = aCaller();
    await caller(orderStatus, { orderNumber: '4217' });
    const { times: [first] = [] } = await caller(freeAppointments, { fromDay: '2026-12-14' });
    await caller(bookAppointment, { slot: first?.slot });

    const again = await caller(bookAppointment, { slot: first?.slot });
    const { times = [] } = await caller(freeAppointments, { fromDay: '2026-12-14' });

    expect(again).toEqual({ error: TAKEN });
    expect(times.map(({ slot }) => slot)).not.toContain(first?.slot);
  });
});
