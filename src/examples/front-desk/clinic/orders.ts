import type { DatabaseSync } from 'node:sqlite';
import { z } from 'ringdown';
import { select } from './database.ts';

export type OrderState = 'being_made' | 'ready' | 'collected' | 'cancelled';

export interface Order {
  readonly number: number;
  readonly customerId: number;
  readonly item: string;
  readonly state: OrderState;
  readonly readyOn: Temporal.PlainDate;
}

export function findOrder(db: DatabaseSync, number: string, today: Temporal.PlainDate): Order | null {
  if (!/^\d{1,9}$/.test(number)) return null;
  const [row] = select(
    db,
    orderRow,
    `SELECT number, customer_id AS customerId, item, ready_on AS readyOn, collected_on AS collectedOn,
            cancelled_on AS cancelledOn
       FROM orders WHERE number = ?`,
    Number(number),
  );
  if (row === undefined) return null;
  const { collectedOn, cancelledOn, readyOn, ...order } = row;
  const isReady = Temporal.PlainDate.compare(readyOn, today) <= 0;
  const state = cancelledOn !== null ? 'cancelled' : collectedOn !== null ? 'collected' : null;
  return { ...order, readyOn, state: state ?? (isReady ? 'ready' : 'being_made') };
}

const orderRow = z.object({
  number: z.number(),
  customerId: z.number(),
  item: z.string(),
  readyOn: z.string().transform((day) => Temporal.PlainDate.from(day)),
  collectedOn: z.string().nullable(),
  cancelledOn: z.string().nullable(),
});
