import { describe, expect, it } from 'vitest';
import { CALL_BACK } from '../../../src/examples/front-desk/clinic/answers.ts';
import aPersonPlease from '../../../src/examples/front-desk/tools/a-person-please.ts';
import bookAppointment from '../../../src/examples/front-desk/tools/book-appointment.ts';
import cancelAppointment from '../../../src/examples/front-desk/tools/cancel-appointment.ts';
import freeAppointments from '../../../src/examples/front-desk/tools/free-appointments.ts';
import moveAppointment from '../../../src/examples/front-desk/tools/move-appointment.ts';
import myAppointment from '../../../src/examples/front-desk/tools/my-appointment.ts';
import openingHours from '../../../src/examples/front-desk/tools/opening-hours.ts';
import orderStatus from '../../../src/examples/front-desk/tools/order-status.ts';
import whoIsCalling from '../../../src/examples/front-desk/tools/who-is-calling.ts';
import { aDesk } from './support/a-desk.ts';

const STRANGER = '+447911000000';
const PROOF = 'For that I need your order number, or your date of birth.';

/** A desk where the practice customer has booked an appointment yesterday, on another call. */
async function aDeskWithAnAppointment() {
  const desk = aDesk();
  const yesterday = desk.aCaller({ callId: 'yesterday' });
  await yesterday(orderStatus, { orderNumber: '4217' });
  const { times: [first] = [] } = await yesterday(freeAppointments);
  await yesterday(bookAppointment, { slot: first?.slot });
  return { ...desk, appointment: first };
}

describe('an order', () => {
  it('is told to whoever has its number, and nothing besides where it is', async () => {
    const { aCaller } = aDesk();

    const answer = await aCaller({ number: STRANGER })(orderStatus, { orderNumber: '42-17' });

    expect(answer).toEqual({ say: 'Order number 4217 is ready to collect.', state: 'ready' });
  });

  it('may be asked for by keys', async () => {
    const { aCaller, asked } = aDesk();

    expect((await aCaller({ keys: ['4217'] })(orderStatus)).say).toContain('4217 is ready');
    expect((await aCaller({ keys: [] })(orderStatus)).say).toBe('I did not get a number.');
    expect(asked).toEqual(['collect 4 digits', 'collect 4 digits']);
  });

  it('is told in each of its states', async () => {
    const { aCaller, rows } = aDesk();
    const numbers = rows('SELECT number FROM orders').map(({ number }) => String(number));

    const states = new Set<unknown>();
    for (const orderNumber of numbers) {
      const { say, state } = await aCaller()(orderStatus, { orderNumber });
      expect(say).toContain(`Order number ${orderNumber}`);
      states.add(state);
    }
    expect(states).toEqual(new Set(['ready', 'being_made', 'collected', 'cancelled']));
  });

  it('cannot be guessed: after three wrong numbers none is looked up on this call', async () => {
    const { aCaller } = aDesk();
    const caller = aCaller({ number: STRANGER });
    for (const orderNumber of ['9001', '9002', '']) {
      expect((await caller(orderStatus, { orderNumber })).say).toMatch(/was not found/);
    }

    expect((await caller(orderStatus, { orderNumber: '4217' })).say).toMatch(/cannot look that up/);
    expect((await aCaller({ callId: 'another' })(orderStatus, { orderNumber: '4217' })).state).toBe('ready');
  });
});

describe('F6: somebody else’s appointment', () => {
  it('is neither told, nor moved, nor cancelled to a caller who merely sends the right number', async () => {
    const { aCaller, rows, appointment } = await aDeskWithAnAppointment();
    const spoofer = aCaller({ callId: 'spoofed' });

    const answers = [
      await spoofer(myAppointment),
      await spoofer(moveAppointment, { slot: '2026-12-08T09:00' }),
      await spoofer(cancelAppointment),
      await spoofer(cancelAppointment, { slot: appointment?.slot }),
    ];

    expect(answers).toEqual(answers.map(() => ({ error: PROOF })));
    expect(rows("SELECT state FROM appointments WHERE booked_by_call = 'yesterday'")).toEqual([
      { state: 'booked' },
    ]);
  });

  it('is not reached by an order number alone, from another number', async () => {
    const { aCaller } = await aDeskWithAnAppointment();
    const finder = aCaller({ callId: 'finder', number: STRANGER });
    await finder(orderStatus, { orderNumber: '4217' });

    expect((await finder(cancelAppointment)).error).toBe(PROOF);
  });

  it.each([
    ['the number and an order number', undefined, { orderNumber: '4217' }, null],
    ['the number and a date of birth', undefined, null, { dateOfBirth: '1980-05-01' }],
    ['an order number and a date of birth', STRANGER, { orderNumber: '4217' }, { dateOfBirth: '1980-05-01' }],
  ])('is open to the customer, known by %s', async (_how, number, order, birth) => {
    const { aCaller, appointment } = await aDeskWithAnAppointment();
    const customer = aCaller({ callId: 'customer', ...(number === undefined ? {} : { number }) });
    if (order) await customer(orderStatus, order);
    if (birth) await customer(whoIsCalling, birth);

    const answer = await customer(cancelAppointment);

    expect(answer.say).toBe(`Your appointment on ${appointment?.spoken} is cancelled.`);
  });

  it('stays shut on the next call: what was proven was proven on one call', async () => {
    const { aCaller } = await aDeskWithAnAppointment();
    await aCaller({ callId: 'a' })(orderStatus, { orderNumber: '4217' });

    expect((await aCaller({ callId: 'b' })(cancelAppointment)).error).toBe(PROOF);
  });

  it('is not had by guessing birthdays', async () => {
    const { aCaller } = await aDeskWithAnAppointment();
    const guesser = aCaller({ callId: 'guesser' });
    for (const dateOfBirth of ['1980-05-02', '1980-06-01', '1981-05-01']) {
      expect((await guesser(whoIsCalling, { dateOfBirth })).isCertain).toBe(false);
    }

    const right = await guesser(whoIsCalling, { dateOfBirth: '1980-05-01' });

    expect(right.say).toMatch(/cannot look that up/);
    expect((await guesser(cancelAppointment)).error).toBe(PROOF);
  });
});

describe('the caller', () => {
  it('is never named by the number alone', async () => {
    const { aCaller } = aDesk();

    const known = await aCaller()(whoIsCalling);
    const unknown = await aCaller({ number: STRANGER })(whoIsCalling);

    expect([known, unknown]).toMatchObject([{ isKnownNumber: true }, { isKnownNumber: false }]);
    expect(JSON.stringify(known)).not.toContain('Robin');
  });

  it('is known by a date of birth that is keyed in, and kept out of every record', async () => {
    const { aCaller, asked } = aDesk();

    const answer = await aCaller({ keys: ['01051980'] })(whoIsCalling, { willKeyIn: true });

    expect(answer).toMatchObject({ isCertain: true, givenName: 'Robin' });
    expect(asked).toEqual(['collect 8 digits, secret']);
    expect(whoIsCalling.secret).toContain('dateOfBirth');
  });
});

describe('the desk', () => {
  it('puts a caller through to the one target it names, while somebody is there', async () => {
    const open = aDesk('2026-11-23T10:00');
    const closed = aDesk('2026-11-23T20:00');

    const during = await open.aCaller()(aPersonPlease, { about: 'a broken hinge' });
    const after = await closed.aCaller()(aPersonPlease);
    const busy = await open.aCaller({ canTransfer: false })(aPersonPlease);

    expect(during).toEqual({ isConnecting: true });
    expect(open.asked.slice(0, 2)).toEqual(['note: For a person: a broken hinge', 'transfer to colleague']);
    expect([after, busy]).toEqual([{ error: CALL_BACK }, { error: CALL_BACK }]);
    expect(closed.asked).toEqual(['note: The caller asks for a person.']);
  });

  it('tells when it is open', async () => {
    const { aCaller } = aDesk();
    const say = async (args: object) => (await aCaller()(openingHours, args)).say;

    expect(await say({})).toMatch(/^On weekdays we are open from nine to six/);
    expect(await say({ day: '2026-11-28' })).toBe(
      'On Saturday the twenty-eighth of November we are open from ten to four.',
    );
    expect(await say({ day: '2026-12-25' })).toBe('On Friday the twenty-fifth of December we are closed.');
    expect((await aCaller()(openingHours, { day: 'Friday' })).error).toContain('Friday');
  });
});
