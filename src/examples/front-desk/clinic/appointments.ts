import type { DatabaseSync } from 'node:sqlite';
import { z } from 'ringdown';
import { PRACTITIONERS, stamp, testTimes } from './calendar.ts';
import { run, select } from './database.ts';
import { type CallOnHand, provenCustomer } from './identity.ts';

export interface Appointment {
  readonly id: number;
  readonly startsAt: Temporal.PlainDateTime;
  readonly practitioner: string;
}

/*
 * Each of these is to be called within one transaction (`once`), so that what was free when it was looked at is
 * still free when it is taken. Should that ever be forgotten, the tables themselves refuse a second booking.
 */

/** Takes a time; null if nobody is free then. A caller who is nobody we know leaves the number they called from. */
export function book(
  db: DatabaseSync,
  call: CallOnHand,
  time: Temporal.PlainDateTime,
  name: string | null,
): Appointment | null {
  const [practitioner] = freePractitioners(db, time);
  const customerId = provenCustomer(db, call)?.id ?? null;
  if (practitioner === undefined || isElsewhere(db, customerId, time)) return null;
  const [booked] = select(
    db,
    z.object({ id: z.number() }),
    `INSERT INTO appointments (practitioner, starts_at, customer_id, phone, name, state, booked_by_call)
     VALUES (?, ?, ?, ?, ?, 'booked', ?) RETURNING id`,
    practitioner,
    stamp(time),
    customerId,
    call.number,
    name,
    call.callId,
  );
  return booked === undefined ? null : { id: booked.id, startsAt: time, practitioner };
}

/** Gives an appointment another time; null, and nothing has changed, if nobody is free then. */
export function move(
  db: DatabaseSync,
  { id }: Appointment,
  time: Temporal.PlainDateTime,
): Appointment | null {
  const [owner] = select(
    db,
    z.object({ customerId: z.number().nullable() }),
    'SELECT customer_id AS customerId FROM appointments WHERE id = ?',
    id,
  );
  const [practitioner] = freePractitioners(db, time);
  if (practitioner === undefined || isElsewhere(db, owner?.customerId ?? null, time)) return null;
  run(
    db,
    'UPDATE appointments SET practitioner = ?, starts_at = ? WHERE id = ?',
    practitioner,
    stamp(time),
    id,
  );
  return { id, startsAt: time, practitioner };
}

/** The row stays: who was here, and when, is never forgotten. */
export function cancel(db: DatabaseSync, { id }: Pick<Appointment, 'id'>): void {
  run(db, "UPDATE appointments SET state = 'cancelled' WHERE id = ?", id);
}

/**
 * The appointment a caller means by "mine": what was booked on this very call, the last first, else the next one
 * of the customer the caller has shown to be; of that slot, if one is named. Nobody else's is ever found.
 */
export function findOwnAppointment(
  db: DatabaseSync,
  call: CallOnHand,
  now: Temporal.PlainDateTime,
  slot: string | null = null,
): Appointment | null {
  const [found] = select(
    db,
    appointmentRow,
    `SELECT id, starts_at AS startsAt, practitioner FROM appointments
      WHERE state = 'booked' AND starts_at > ? AND (booked_by_call = ? OR customer_id = ?)
        AND starts_at = ifnull(?, starts_at)
      ORDER BY booked_by_call IS ? DESC, iif(booked_by_call IS ?, -id, 0), starts_at LIMIT 1`,
    stamp(now),
    call.callId,
    provenCustomer(db, call)?.id ?? null,
    slot,
    call.callId,
    call.callId,
  );
  return found ?? null;
}

function isElsewhere(db: DatabaseSync, customerId: number | null, time: Temporal.PlainDateTime): boolean {
  if (customerId === null) return false;
  const sql = "SELECT id FROM appointments WHERE customer_id = ? AND starts_at = ? AND state = 'booked'";
  return select(db, z.object({ id: z.number() }), sql, customerId, stamp(time)).length > 0;
}

const appointmentRow = z.object({
  id: z.number(),
  startsAt: z.string().transform((time) => Temporal.PlainDateTime.from(time)),
  practitioner: z.string(),
});

export interface TimesWanted {
  readonly now: Temporal.PlainDateTime;
  /** The first day that would do; today when absent. */
  readonly from?: Temporal.PlainDate | undefined;
  readonly daytime?: 'morning' | 'afternoon' | undefined;
  /** Times at which this customer has an appointment already are not free for them. */
  readonly customerId?: number | undefined;
}

/** Nobody can be here sooner. */
const LEAST_NOTICE = { hours: 1 } as const;
/** Further ahead nothing is booked by phone. */
export const DAYS_AHEAD = 28;

/** Nobody keeps more in mind who hears them on the phone. */
const MOST_OFFERED = 2;

/** The first free time of each day on which there is one, the soonest first: something to choose from. */
export function freeTimes(
  db: DatabaseSync,
  wanted: TimesWanted,
  most = MOST_OFFERED,
): readonly Temporal.PlainDateTime[] {
  const today = wanted.now.toPlainDate();
  const from =
    wanted.from !== undefined && Temporal.PlainDate.compare(wanted.from, today) > 0 ? wanted.from : today;
  const found: Temporal.PlainDateTime[] = [];
  for (let days = 0; days < DAYS_AHEAD && found.length < most; days++) {
    const day = from.add({ days });
    const first = testTimes(day).find((time) => suits(time, wanted) && isFree(db, time, wanted.customerId));
    if (first !== undefined) found.push(first);
  }
  return found;
}

/** Whether that is neither too soon nor too far ahead to be booked by phone. */
export function isBookable(time: Temporal.PlainDateTime, now: Temporal.PlainDateTime): boolean {
  const last = now.add({ days: 2 * DAYS_AHEAD });
  return (
    Temporal.PlainDateTime.compare(time, now.add(LEAST_NOTICE)) >= 0 &&
    Temporal.PlainDateTime.compare(time, last) <= 0
  );
}

/** Who could do a test then. */
function freePractitioners(db: DatabaseSync, time: Temporal.PlainDateTime): readonly string[] {
  const busy = select(
    db,
    z.object({ practitioner: z.string() }),
    "SELECT practitioner FROM appointments WHERE starts_at = ? AND state = 'booked'",
    stamp(time),
  ).map(({ practitioner }) => practitioner);
  return PRACTITIONERS.filter((name) => !busy.includes(name));
}

function suits(time: Temporal.PlainDateTime, { now, daytime }: TimesWanted): boolean {
  const half = time.hour < 12 ? 'morning' : 'afternoon';
  return isBookable(time, now) && (daytime === undefined || daytime === half);
}

function isFree(db: DatabaseSync, time: Temporal.PlainDateTime, customerId: number | undefined): boolean {
  if (freePractitioners(db, time).length === 0) return false;
  if (customerId === undefined) return true;
  const own = select(
    db,
    z.object({ id: z.number() }),
    "SELECT id FROM appointments WHERE customer_id = ? AND starts_at = ? AND state = 'booked'",
    customerId,
    stamp(time),
  );
  return own.length === 0;
}
