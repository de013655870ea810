import { defineTool, z } from 'ringdown';
import { offer, ownAppointment, spokenMoment } from '../clinic/answers.ts';
import { stamp } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';

export default defineTool({
  name: 'my_appointment',
  description: `Find out when the caller's own appointment is, and which times after that day are free.
Use it when the caller asks for it, and before you move an appointment.`,
  parameters: z.object({}),
  run(_nothing, context) {
    return withClinic(context, (clinic) => {
      const { startsAt, practitioner } = ownAppointment(clinic);
      const { say, times } = offer(clinic, { from: startsAt.toPlainDate().add({ days: 1 }) });
      const when = `Your appointment is booked for ${spokenMoment(startsAt)}.`;
      return { say: `${when} ${say}`, times, booked: { slot: stamp(startsAt), practitioner } };
    });
  },
});
