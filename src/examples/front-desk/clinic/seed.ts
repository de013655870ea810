import type { DatabaseSync } from 'node:sqlite';
import { PRACTITIONERS, stamp, testTimes } from './calendar.ts';

const CUSTOMERS = 150;
const ORDERS = 220;
const FIRST_ORDER = 4101;

/** Which share of the tests that far ahead is taken, in percent: tomorrow is fuller than next week. */
const TAKEN = [70, 65, 60, 55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 10, 5] as const;
const PAST_DAYS = 14;

/** Fills empty books, the same ones for the same day. */
export function seed(db: DatabaseSync, today: Temporal.PlainDate): void {
  const dice = new Dice(20_260_401);
  seedCustomers(db, dice);
  seedOrders(db, dice, today);
  seedAppointments(db, dice, today);
}

function seedCustomers(db: DatabaseSync, dice: Dice): void {
  const add = db.prepare(
    'INSERT INTO customers (given_name, family_name, born_on, phone) VALUES (?, ?, ?, ?)',
  );
  const { givenName, familyName, bornOn, phone } = PRACTICE_CUSTOMER;
  add.run(givenName, familyName, bornOn, phone);
  for (let i = 1; i < CUSTOMERS; i++) {
    const born = new Temporal.PlainDate(1938 + dice.below(78), 1 + dice.below(12), 1 + dice.below(28));
    // Numbers set aside for plays and films: nobody has them.
    const number = `+447700900${String(i).padStart(3, '0')}`;
    add.run(dice.oneOf(GIVEN_NAMES), dice.oneOf(FAMILY_NAMES), born.toString(), number);
  }
}

function seedOrders(db: DatabaseSync, dice: Dice, today: Temporal.PlainDate): void {
  const add = db.prepare(
    'INSERT INTO orders (number, customer_id, item, ordered_on, ready_on, collected_on, cancelled_on) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  for (let i = 0; i < ORDERS; i++) {
    const number = FIRST_ORDER + i;
    const isPractice = number === PRACTICE_CUSTOMER.orderNumber;
    const orderedOn = today.subtract({ days: Math.round(((ORDERS - i) * 90) / ORDERS) });
    const readyOn = isPractice ? today.subtract({ days: 1 }) : orderedOn.add({ days: 5 + dice.below(9) });
    const collectedOn = readyOn.add({ days: dice.below(12) });
    const isCancelled = !isPractice && dice.below(25) === 0;
    const isCollected = !isPractice && !isCancelled && Temporal.PlainDate.compare(collectedOn, today) < 0;
    add.run(
      number,
      isPractice ? 1 : 2 + dice.below(CUSTOMERS - 1),
      dice.oneOf(ITEMS),
      orderedOn.toString(),
      readyOn.toString(),
      isCollected ? collectedOn.toString() : null,
      isCancelled ? orderedOn.add({ days: 1 }).toString() : null,
    );
  }
}

function seedAppointments(db: DatabaseSync, dice: Dice, today: Temporal.PlainDate): void {
  const add = db.prepare(
    "INSERT OR IGNORE INTO appointments (practitioner, starts_at, customer_id, phone, state) SELECT ?, ?, id, phone, 'booked' FROM customers WHERE id = ?",
  );
  let ahead = 0;
  for (let offset = -PAST_DAYS; ahead < TAKEN.length; offset++) {
    const times = testTimes(today.add({ days: offset }));
    const share = offset < 0 ? 70 : (TAKEN[ahead] ?? 0);
    if (offset >= 0 && times.length > 0) ahead++;
    for (const time of times) {
      for (const practitioner of PRACTITIONERS) {
        if (dice.below(100) < share) add.run(practitioner, stamp(time), 2 + dice.below(CUSTOMERS - 1));
      }
    }
  }
}

/** Throws the same numbers every time: a generator of the linear kind, good enough for names and days. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((this.#state / 2 ** 32) * limit);
  }

  oneOf<Thing>(things: readonly [Thing, ...Thing[]] | readonly Thing[]): Thing {
    const thing = things[this.below(things.length)];
    if (thing === undefined) throw new RangeError('There is nothing to choose from.');
    return thing;
  }
}

/** The people and things the books are filled with; all of them made up. */
const GIVEN_NAMES =
  'Ada Alan Beatrice Ben Chloe Daniel Edith Fatima George Grace Hannah Ibrahim Ines Jack Joan Kofi Leila Liam Maya Mehmet Nora Oscar Priya Quentin Rosa Samir Thea Tomas Uma Victor Wanda Yusuf'.split(
    ' ',
  );

const FAMILY_NAMES =
  'Abbott Barker Chaudhry Dawson Ellis Fernandes Gallagher Hughes Iqbal Jensen Kowalska Lambert Mensah Norris Osborne Patel Quinn Reid Silva Turner Usman Vaughan Walker Young'.split(
    ' ',
  );

const ITEMS = [
  'single vision glasses',
  'reading glasses',
  'varifocal glasses',
  'prescription sunglasses',
  'daily contact lenses',
  'monthly contact lenses',
] as const;

/** Who calls from the practice phone, and asks for this order. */
export const PRACTICE_CUSTOMER = {
  givenName: 'Robin',
  familyName: 'Marlow',
  bornOn: '1980-05-01',
  phone: '+15005550006',
  orderNumber: 4217,
} as const;
