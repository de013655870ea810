import { defineTool, NOTHING } from '../../../tools/define-tool.ts';
import { type ChangeAnswer, changeAnswer, notDone } from '../clinic/answers.ts';
import { cancel } from '../clinic/appointments.ts';
import { stamp } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';
import { once } from '../clinic/database.ts';
import { ownAppointmentOrReason } from '../clinic/own.ts';
import { spokenMoment } from '../clinic/spoken.ts';

export default defineTool({
  name: 'cancel_appointment',
  description: "Cancel the caller's appointment. Use it only when the caller has clearly asked for that.",
  parameters: NOTHING,
  writes: true,
  run(_nothing, context) {
    return withClinic(context, (clinic) =>
      once(clinic.db, context.idempotencyKey, changeAnswer, (): ChangeAnswer => {
        const own = ownAppointmentOrReason(clinic);
        if (typeof own === 'string') return notDone(own);
        cancel(clinic.db, own);
        const when = spokenMoment(own.startsAt);
        return { say: `Your appointment on ${when} is cancelled.`, isDone: true, slot: stamp(own.startsAt) };
      }),
    );
  },
});
