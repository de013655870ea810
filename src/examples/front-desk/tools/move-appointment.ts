import { defineTool, Refusal, z } from 'ringdown';
import { type Changed, changed, noTestAt, ownAppointment, spokenMoment, TAKEN } from '../clinic/answers.ts';
import { isBookable, move } from '../clinic/appointments.ts';
import { readTestTime, stamp } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';
import { once } from '../clinic/database.ts';

export default defineTool({
  name: 'move_appointment',
  description: `Move the caller's appointment to another time. Use it when the caller has chosen one of the free times
that my_appointment or free_appointments found; call one of them first.`,
  parameters: z.object({
    slot: z.string().describe('The slot of the chosen time, exactly as it was given'),
  }),
  writes: true,
  run({ slot }, context) {
    const time = readTestTime(slot);
    if (time === null) throw new Refusal(noTestAt(slot));
    return withClinic(context, (clinic) =>
      once(clinic.db, context.idempotencyKey, changed, (): Changed => {
        const own = ownAppointment(clinic);
        const moved = isBookable(time, clinic.now) ? move(clinic.db, own, time) : null;
        if (moved === null) throw new Refusal(TAKEN);
        return {
          say: `Your appointment has been moved to ${spokenMoment(time)}.`,
          slot: stamp(time),
          practitioner: moved.practitioner,
        };
      }),
    );
  },
});
