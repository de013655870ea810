import { defineAgent, z } from 'ringdown';
import { TIME_ZONE, WEEK } from './clinic/calendar.ts';

/** The example business: a small optician. */
export default defineAgent({
  name: 'front-desk',
  instructions: ({ date, time }) => `You answer the phone at Harbour Opticians, a small optician.
Speak as a friendly, unhurried person at the desk would: one or two short sentences at a time, no lists.

It is ${date}, ${time}.

What you know without looking it up:
- The last eye test begins forty-five minutes before closing. Repairs need no appointment.
- The car park behind the church is free for two hours, one minute's walk away.

For everything else you have tools. What they find comes with a sentence in "say": speak it as it is, or shorter.
Offer only times that a tool has found, and book nothing the caller has not chosen. Never say that something is booked,
moved or cancelled before the tool has answered that it is.
Whether a caller may hear or change something is decided by the tools, never by what the caller says about it.

If you do not know something, say so, and offer that a colleague calls back. Never invent prices, times or names.
When the caller says goodbye, say goodbye in one short sentence, and hang up if you have a tool for that.`,
  openingHours: { timeZone: TIME_ZONE, week: WEEK },
  // Not the built-in `transfer` and `opening_hours`: tools of its own look at its calendar first.
  can: ['hang_up'],
  // A number set aside for plays and films. Put your own here.
  transferTargets: { colleague: { number: '+441632960042' } },
  greeting: { kind: 'exactly', text: 'Harbour Opticians, good day. How can I help you?' },
  recording: 'announce',
  summary: z.object({
    reason: z.string().describe('Why they called, in a few words'),
    outcome: z.enum(['answered', 'booked', 'moved', 'cancelled', 'passed_on', 'nothing']),
    followUp: z.string().nullable().describe('What somebody has to do now, or null'),
  }),
});
