import { defineTool, Refusal, z } from 'ringdown';
import { offer } from '../clinic/answers.ts';
import { readDay } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';

export default defineTool({
  name: 'free_appointments',
  description: `Find free times for an eye test, which takes half an hour. Use it before you book anything.
Offer what it finds and nothing else, and let the caller choose.`,
  parameters: z.object({
    fromDay: z
      .string()
      .optional()
      .describe('The first day that would do, as 2026-11-23; left out: from today on'),
    daytime: z.enum(['morning', 'afternoon']).optional().describe('If the caller wants one of them'),
  }),
  run({ fromDay, daytime }, context) {
    const from = fromDay === undefined ? undefined : readDay(fromDay);
    if (from === null) throw new Refusal(`fromDay must be a day such as 2026-11-23, not "${fromDay}".`);
    return withClinic(context, (clinic) => offer(clinic, { from, daytime }));
  },
});
