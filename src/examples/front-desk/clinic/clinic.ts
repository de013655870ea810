import type { DatabaseSync } from 'node:sqlite';
import { type ToolContext, z } from 'ringdown';
import { wallTime } from './calendar.ts';
import { openBooks } from './database.ts';
import type { CallOnHand } from './identity.ts';

/** What every tool of the desk works with. */
export interface Clinic {
  readonly db: DatabaseSync;
  readonly now: Temporal.PlainDateTime;
  readonly today: Temporal.PlainDate;
  readonly call: CallOnHand;
}

/** What the agent sets for its tools. */
export const clinicSettings = z.object({
  /** The folder of the books. */
  dataDir: z.string(),
  /** A time that stands still, such as `2026-11-23T08:30`, for rehearsals and tests. */
  now: z.string().optional(),
});

/** Opens the books for one tool, and closes them: nothing stays open between two questions. */
export function withClinic<Answer>(context: ToolContext, act: (clinic: Clinic) => Answer): Answer {
  const { dataDir, now: fixed } = clinicSettings.parse(context.settings);
  const now = fixed === undefined ? wallTime(Date.now()) : Temporal.PlainDateTime.from(fixed);
  const today = now.toPlainDate();
  const db = openBooks(dataDir, today);
  try {
    return act({ db, now, today, call: { callId: context.callId, number: context.caller.number } });
  } finally {
    db.close();
  }
}
