import { z } from 'zod';
import { defineTool } from '../../../tools/define-tool.ts';
import { type ChangeAnswer, changeAnswer, gone, notDone, offer, TAKEN } from '../clinic/answers.ts';
import { move } from '../clinic/appointments.ts';
import { readTestTime, stamp } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';
import { once } from '../clinic/database.ts';
import { isBookable } from '../clinic/free-times.ts';
import { ownAppointmentOrReason } from '../clinic/own.ts';
import { spokenMoment } from '../clinic/spoken.ts';

export default defineTool({
  name: 'move_appointment',
  description: `Move the caller's appointment to another time.
Call it without a slot to hear when the appointment is and which times after that day are free; then, when the caller
has chosen one of them, with its slot.`,
  parameters: z.object({
    slot: z.string().optional().describe('The slot of the chosen time, exactly as it was given'),
  }),
  writes: true,
  run({ slot }, context) {
    const time = slot === undefined ? undefined : readTestTime(slot);
    if (time === null) return { problem: `No eye test begins at "${slot}". Take a slot that was offered.` };
    return withClinic(context, (clinic) =>
      once(clinic.db, context.idempotencyKey, changeAnswer, (): ChangeAnswer => {
        const own = ownAppointmentOrReason(clinic);
        if (typeof own === 'string') return notDone(own);
        if (time === undefined) {
          const { say, times } = offer(clinic, { from: own.startsAt.toPlainDate().add({ days: 1 }) });
          const when = `Your appointment is booked for ${spokenMoment(own.startsAt)}.`;
          return { say: `${when} ${say}`, isDone: false, times: [...times] };
        }
        if (!isBookable(time, clinic.now)) return notDone(TAKEN);
        const moved = move(clinic.db, own, time);
        if (moved === null) return gone(clinic, time.toPlainDate());
        return {
          say: `Your appointment has been moved to ${spokenMoment(time)}.`,
          isDone: true,
          slot: stamp(time),
          practitioner: moved.practitioner,
        };
      }),
    );
  },
});
