import { defineTool, Refusal, z } from 'ringdown';
import { spokenBareHour, spokenDay } from '../clinic/answers.ts';
import { hoursOn, isOpenAt, readDay } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';

export default defineTool({
  name: 'opening_hours',
  description: 'Look up when the shop is open: in general, or on one day, public holidays considered.',
  parameters: z.object({
    day: z.string().optional().describe('One day, as 2026-11-23; left out: in general'),
  }),
  filler: null,
  run({ day: text }, context) {
    const day = text === undefined ? undefined : readDay(text);
    if (day === null) throw new Refusal(`day must be a day such as 2026-11-23, not "${text}".`);
    return withClinic(context, ({ now }) => ({
      say: day === undefined ? IN_GENERAL : on(day),
      isOpenNow: isOpenAt(now),
    }));
  },
});

const IN_GENERAL =
  'On weekdays we are open from nine to six, on Saturdays from ten to four. We are closed on Sundays and public holidays.';

function on(day: Temporal.PlainDate): string {
  const hours = hoursOn(day);
  const when = `On ${spokenDay(day)}`;
  if (hours === null) return `${when} we are closed.`;
  return `${when} we are open from ${spokenBareHour(hours.opens)} to ${spokenBareHour(hours.closes)}.`;
}
