import { defineTool, z } from 'ringdown';
import { type Changed, changed, ownAppointment, spokenMoment } from '../clinic/answers.ts';
import { cancel } from '../clinic/appointments.ts';
import { stamp } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';
import { once } from '../clinic/database.ts';

export default defineTool({
  name: 'cancel_appointment',
  description: "Cancel the caller's appointment. Use it only when the caller has clearly asked for that.",
  parameters: z.object({
    slot: z.string().optional().describe('Which one, if the caller has several; left out: the next one'),
  }),
  writes: true,
  run({ slot }, context) {
    return withClinic(context, (clinic) =>
      once(clinic.db, context.idempotencyKey, changed, (): Changed => {
        const { startsAt, practitioner, ...own } = ownAppointment(clinic, slot);
        cancel(clinic.db, own);
        const when = spokenMoment(startsAt);
        return { say: `Your appointment on ${when} is cancelled.`, slot: stamp(startsAt), practitioner };
      }),
    );
  },
});
