import { Refusal } from '../../../tools/define-tool.ts';
import { NO_APPOINTMENT, PROOF_WANTED } from './answers.ts';
import { type Appointment, findOwnAppointment } from './appointments.ts';
import type { Clinic } from './clinic.ts';
import { provenCustomer } from './identity.ts';

/** The caller's own appointment: the one of that slot, or the next. There is no way to somebody else's. */
export function ownAppointment({ db, call, now }: Clinic, slot?: string): Appointment {
  const own = findOwnAppointment(db, call, now, slot);
  if (own !== null) return own;
  // To somebody unproven, "none" would already tell something about somebody.
  throw new Refusal(provenCustomer(db, call) === null ? PROOF_WANTED : NO_APPOINTMENT);
}
