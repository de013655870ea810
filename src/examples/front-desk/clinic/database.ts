import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { z } from 'ringdown';
import { PRACTITIONERS, stamp, testTimes } from './calendar.ts';

export const DATABASE_FILE = 'front-desk.sqlite';

/** How long one call waits for another that is just writing. */
const PATIENCE_MS = 5_000;

/** Opens the books; whoever opens them first makes them and fills them in. Whoever opens, closes. */
export function openBooks(dataDir: string, today: Temporal.PlainDate): DatabaseSync {
  // One folder, not all on the way to it: Node never comes back from making several where none can be made.
  if (!existsSync(dataDir)) mkdirSync(dataDir);
  const file = join(dataDir, DATABASE_FILE);
  const db = new DatabaseSync(file, { timeout: PATIENCE_MS });
  try {
    if (versionOf(db) === 0) {
      inTransaction(db, () => {
        if (versionOf(db) !== 0) return; // somebody else was first
        db.exec(SCHEMA);
        seed(db, today);
        db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
      });
    }
    const version = versionOf(db);
    if (version !== SCHEMA_VERSION) {
      throw new Error(
        `${file} has tables of version ${version}, and ${SCHEMA_VERSION} is wanted. Move it away, and it is made anew.`,
      );
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** All of it or nothing, and nobody else writes in between. */
export function inTransaction<Result>(db: DatabaseSync, act: () => Result): Result {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = act();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}

/**
 * Makes a change once: asked again with the same key, it gives the answer of the first time and changes nothing.
 * Key, change and answer are written together, so not even a crash can part them.
 */
export function once<Answer>(
  db: DatabaseSync,
  key: string,
  answer: z.ZodType<Answer>,
  act: () => Answer,
): Answer {
  return inTransaction(db, () => {
    const [known] = select(
      db,
      z.object({ answer: z.string() }),
      'SELECT answer FROM changes WHERE key = ?',
      key,
    );
    if (known !== undefined) return answer.parse(JSON.parse(known.answer));
    const result = act();
    run(db, 'INSERT INTO changes (key, answer) VALUES (?, ?)', key, JSON.stringify(result));
    return result;
  });
}

export function select<Row>(
  db: DatabaseSync,
  row: z.ZodType<Row>,
  sql: string,
  ...values: readonly SQLInputValue[]
): readonly Row[] {
  return z.array(row).parse(db.prepare(sql).all(...values));
}

export function run(db: DatabaseSync, sql: string, ...values: readonly SQLInputValue[]): void {
  db.prepare(sql).run(...values);
}

function versionOf(db: DatabaseSync): number {
  const [row] = select(db, z.object({ user_version: z.number() }), 'PRAGMA user_version');
  return row?.user_version ?? 0;
}

/** The tables of the shop. Days are `2026-11-23`, times `2026-11-23T09:30`, as the clock on its wall shows them. */
const SCHEMA = `
CREATE TABLE customers (
  id INTEGER PRIMARY KEY,
  given_name TEXT NOT NULL,
  family_name TEXT NOT NULL,
  born_on TEXT NOT NULL,
  phone TEXT NOT NULL
) STRICT;
CREATE INDEX customers_by_phone ON customers (phone);
CREATE INDEX customers_by_birth ON customers (born_on);

-- Where an order stands follows from its days: nobody has to touch a row for glasses to become ready.
CREATE TABLE orders (
  number INTEGER PRIMARY KEY,
  customer_id INTEGER NOT NULL REFERENCES customers,
  item TEXT NOT NULL,
  ordered_on TEXT NOT NULL,
  ready_on TEXT NOT NULL,
  collected_on TEXT,
  cancelled_on TEXT
) STRICT;

-- A caller we do not know may book too: then there is a phone number, but no customer.
CREATE TABLE appointments (
  id INTEGER PRIMARY KEY,
  practitioner TEXT NOT NULL,
  starts_at TEXT NOT NULL,
  customer_id INTEGER REFERENCES customers,
  phone TEXT NOT NULL,
  name TEXT,
  state TEXT NOT NULL CHECK (state IN ('booked', 'cancelled')),
  booked_by_call TEXT
) STRICT;
-- These two, and no code, are what makes a double booking impossible.
CREATE UNIQUE INDEX one_test_at_a_time ON appointments (practitioner, starts_at) WHERE state = 'booked';
CREATE UNIQUE INDEX in_one_place_at_a_time ON appointments (customer_id, starts_at) WHERE state = 'booked';
CREATE INDEX appointments_by_time ON appointments (starts_at);

-- What a caller has shown to know on a call, and how often it did not fit.
CREATE TABLE proofs (
  call_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  customer_id INTEGER NOT NULL REFERENCES customers,
  PRIMARY KEY (call_id, kind, customer_id)
) STRICT;
CREATE TABLE wrong_tries (call_id TEXT PRIMARY KEY, tries INTEGER NOT NULL) STRICT;

-- The answer that was given to each change, by its key: asked again, it is given again.
CREATE TABLE changes (key TEXT PRIMARY KEY, answer TEXT NOT NULL) STRICT;
`;

/** Grows with the tables, so that a database of another age is noticed. */
const SCHEMA_VERSION = 1;

const CUSTOMERS = 150;
const ORDERS = 220;
const FIRST_ORDER = 4101;

/** Which share of the tests that far ahead is taken, in percent: tomorrow is fuller than next week. */
const TAKEN = [70, 65, 60, 55, 50, 45, 40, 35, 30, 25, 20, 15, 10, 10, 5] as const;
const PAST_DAYS = 14;

/** Fills empty books, the same ones for the same day. */
function seed(db: DatabaseSync, today: Temporal.PlainDate): void {
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
