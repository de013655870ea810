import { defineTool, Refusal, z } from 'ringdown';
import { type Changed, changed, noTestAt, spokenMoment, TAKEN } from '../clinic/answers.ts';
import { book, isBookable } from '../clinic/appointments.ts';
import { readTestTime, stamp } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';
import { once } from '../clinic/database.ts';

/** Anybody may book: it tells nothing about anybody. Whose it is follows from the call, not from the model. */
export default defineTool({
  name: 'book_appointment',
  description: `Book an eye test. Use it when the caller has chosen one of the times that free_appointments found. If it
was taken in the meantime, look for free_appointments again.`,
  parameters: z.object({
    slot: z.string().describe('The slot of the chosen time, exactly as free_appointments gave it'),
    name: z
      .string()
      .max(80)
      .optional()
      .describe('The name of whoever is to be tested, if the caller gave one'),
  }),
  writes: true,
  secret: ['name'],
  run({ slot, name }, context) {
    const time = readTestTime(slot);
    if (time === null) throw new Refusal(noTestAt(slot));
    return withClinic(context, (clinic) =>
      once(clinic.db, context.idempotencyKey, changed, (): Changed => {
        const booked = isBookable(time, clinic.now) ? book(clinic.db, clinic.call, time, name ?? null) : null;
        if (booked === null) throw new Refusal(TAKEN);
        return {
          say: `Your appointment is booked for ${spokenMoment(time)}.`,
          slot: stamp(time),
          practitioner: booked.practitioner,
        };
      }),
    );
  },
});
