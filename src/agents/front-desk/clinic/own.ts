import { NO_APPOINTMENT, PROOF_WANTED } from './answers.ts';
import { type Appointment, ownAppointment } from './appointments.ts';
import type { Clinic } from './clinic.ts';
import { provenCustomer } from './identity.ts';

/** The caller's own appointment; else, in words, why there is none to speak of. */
export function ownAppointmentOrReason({ db, call, now }: Clinic): Appointment | string {
  const own = ownAppointment(db, call, now);
  // To somebody unproven, "none" would already tell something about somebody.
  return own ?? (provenCustomer(db, call) === null ? PROOF_WANTED : NO_APPOINTMENT);
}
