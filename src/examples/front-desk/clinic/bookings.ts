import { z } from 'ringdown';
import { openBooks, select } from './database.ts';

export interface Booking {
  readonly id: number;
  readonly startsAt: string;
  readonly practitioner: string;
  readonly state: string;
  /** The name of the customer; null if the caller was not certain to be one. */
  readonly customer: string | null;
}

/** What was booked on one call, for whoever minds the shop: the tools of the agent tell a caller less. */
export function bookingsOfCall(
  dataDir: string,
  callId: string,
  today: Temporal.PlainDate,
): readonly Booking[] {
  const db = openBooks(dataDir, today);
  try {
    return select(
      db,
      bookingRow,
      `SELECT a.id, starts_at AS startsAt, practitioner, state, given_name || ' ' || family_name AS customer
         FROM appointments a LEFT JOIN customers c ON c.id = customer_id
        WHERE booked_by_call = ? ORDER BY a.id`,
      callId,
    );
  } finally {
    db.close();
  }
}

const bookingRow = z.object({
  id: z.number(),
  startsAt: z.string(),
  practitioner: z.string(),
  state: z.string(),
  customer: z.string().nullable(),
});
