import { z } from 'zod';
import { defineTool, type Tool } from '../define-tool.ts';
import { addDays, type OpeningHours, opennessAt, timesOn, wallTime } from './opening-times.ts';

/** Reckoned, not guessed: models are bad at calendars. */
export function openingHoursTool(hours: OpeningHours, wallMs: () => number): Tool {
  return defineTool({
    name: 'opening_hours',
    description:
      'Look up whether we are open now, until when, and the hours of the next days or of one date.',
    parameters: z.object({
      date: z.iso
        .date()
        .optional()
        .describe('A date such as 2026-12-24; leave it out for now and the next week'),
    }),
    filler: null,
    run({ date }) {
      const now = wallTime(wallMs(), hours.timeZone);
      const dates = date ? [date] : Array.from({ length: 7 }, (_, index) => addDays(now.date, index));
      const days = dates.map((day) => ({
        date: day,
        weekday: wallTime(Date.parse(`${day}T12:00:00Z`), 'UTC').weekday,
        hours: timesOn(day, hours).join(' and ') || 'closed',
      }));
      const today = { date: now.date, weekday: now.weekday };
      return date ? { today, days } : { today, now: opennessAt(now, hours), days };
    },
  });
}
