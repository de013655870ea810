import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { PRACTITIONERS, stamp, testTimes } from './calendar.ts';
import { select } from './database.ts';

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
export function freePractitioners(db: DatabaseSync, time: Temporal.PlainDateTime): readonly string[] {
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
