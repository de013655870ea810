import type { DatabaseSync } from 'node:sqlite';
import { z } from 'ringdown';
import { run, select } from './database.ts';

/*
 * Who is calling, as far as it is certain.
 *
 * The number on the display proves nothing: anybody can send any number. Nor does what the model says about the
 * caller: it can be talked into anything. So this code decides, from what the caller has shown to know on this very
 * call, which is kept in the database under the call's name. A caller is a customer when two things fit the same
 * one: the number they call from, an order number, a date of birth. After three that did not fit, no more are tried:
 * nobody guesses their way in.
 */

export type ProofKind = 'order_number' | 'date_of_birth';

export interface CallOnHand {
  readonly callId: string;
  /** Where the call comes from, as the carrier says. */
  readonly number: string;
}

export interface Customer {
  readonly id: number;
  readonly givenName: string;
}

const THINGS_NEEDED = 2;
const MOST_WRONG_TRIES = 3;

/** The customer this caller has shown to be; null as long as that is not certain. */
export function provenCustomer(db: DatabaseSync, call: CallOnHand): Customer | null {
  const [customer, another] = select(
    db,
    customerRow,
    `SELECT id, given_name AS givenName FROM customers
      WHERE (phone = ?) + (SELECT count(*) FROM proofs WHERE customer_id = customers.id AND call_id = ?) >= ?`,
    call.number,
    call.callId,
    THINGS_NEEDED,
  );
  return another === undefined ? (customer ?? null) : null;
}

/** Whether the number belongs to anybody. It says nothing about who holds the receiver. */
export function isKnownNumber(db: DatabaseSync, number: string): boolean {
  return select(db, idRow, 'SELECT id FROM customers WHERE phone = ? LIMIT 1', number).length > 0;
}

export function mayTry(db: DatabaseSync, { callId }: CallOnHand): boolean {
  const [row] = select(
    db,
    z.object({ tries: z.number() }),
    'SELECT tries FROM wrong_tries WHERE call_id = ?',
    callId,
  );
  return (row?.tries ?? 0) < MOST_WRONG_TRIES;
}

/** Keeps that the caller knew this of these customers; of none: that it was wrong. */
export function noteTry(
  db: DatabaseSync,
  { callId }: CallOnHand,
  kind: ProofKind,
  customerIds: readonly number[],
): void {
  if (customerIds.length === 0) {
    run(
      db,
      'INSERT INTO wrong_tries (call_id, tries) VALUES (?, 1) ON CONFLICT (call_id) DO UPDATE SET tries = tries + 1',
      callId,
    );
  }
  for (const id of customerIds) {
    run(db, 'INSERT OR IGNORE INTO proofs (call_id, kind, customer_id) VALUES (?, ?, ?)', callId, kind, id);
  }
}

/** Holds a date of birth against the customers it could prove. False if it fits nobody it has to fit. */
export function proveBirth(db: DatabaseSync, call: CallOnHand, bornOn: Temporal.PlainDate): boolean {
  // Only customers for whom something else speaks already: birthdays are shared, and hundreds have one.
  const fitting = select(
    db,
    idRow,
    `SELECT id FROM customers WHERE born_on = ?
        AND (phone = ? OR EXISTS (SELECT 1 FROM proofs WHERE customer_id = customers.id AND call_id = ?))`,
    bornOn.toString(),
    call.number,
    call.callId,
  );
  noteTry(
    db,
    call,
    'date_of_birth',
    fitting.map(({ id }) => id),
  );
  return fitting.length > 0;
}

const idRow = z.object({ id: z.number() });
const customerRow = z.object({ id: z.number(), givenName: z.string() });
