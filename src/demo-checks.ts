import { z } from 'zod';
import type { Booking } from './agents/front-desk/clinic/bookings.ts';
import type { CallFact } from './ports/call-log.ts';
import { callerClip } from './practice/voice.ts';

export interface Check {
  readonly isGood: boolean;
  readonly text: string;
}

/** What the call of the demo has to show: all of it, or the demo has failed. */
export function checkDemo(
  wentWell: boolean,
  facts: readonly CallFact[],
  bookings: readonly Booking[],
): readonly Check[] {
  const said = facts.filter((fact) => fact.type === 'agent_said');
  const heard = facts.filter((fact) => fact.type === 'caller_said').map(({ text }) => text);
  const wasHeard = (name: string) => heard.includes(callerClip(name).text);
  const cut = facts.find((fact) => fact.type === 'interrupted');
  const first = said[0];
  const last = said.at(-1);
  const order = results(facts, 'order_status', orderAnswer)[0];
  const booked = results(facts, 'book_appointment', bookingAnswer)[0];
  const row = bookings.find(({ startsAt, state }) => startsAt === booked?.slot && state === 'booked');
  return [
    { isGood: first !== undefined && first.heardMs === first.totalMs, text: 'the agent greeted' },
    { isGood: UNDERSTOOD.every(wasHeard), text: 'the caller was understood, by sound' },
    {
      isGood: cut !== undefined && cut.heardMs > 0 && cut.unheardMs > 0,
      text: `the agent gave way${cut ? `: heard ${cut.heardMs} ms of ${cut.heardMs + cut.unheardMs} ms` : ''}`,
    },
    { isGood: order?.state === 'ready', text: `an order was looked up${order ? `: ${order.state}` : ''}` },
    {
      isGood: booked !== undefined && said.some(({ text }) => text === booked.say),
      text: 'an appointment was booked, and the caller was told so',
    },
    {
      isGood: row !== undefined && bookings.length === 1,
      text: `the booking is in the database, once${row ? `: ${describe(row)}` : ''}`,
    },
    { isGood: wasHeard('goodbye') && last?.heardMs === last?.totalMs, text: 'both said goodbye' },
    { isGood: wentWell && facts.some(({ type }) => type === 'ended'), text: 'the call ended as it should' },
  ];
}

/** What tools of that name told the model, where it was what they tell when all is well. */
function results<Answer>(
  facts: readonly CallFact[],
  name: string,
  answer: z.ZodType<Answer>,
): readonly Answer[] {
  return facts.flatMap((fact) => {
    if (fact.type !== 'tool_returned' || fact.name !== name || fact.result !== 'ok') return [];
    const read = answer.safeParse(parsed(fact.output));
    return read.success ? [read.data] : [];
  });
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function describe({ id, startsAt, practitioner, customer }: Booking): string {
  return `appointment ${id}, ${startsAt.replace('T', ' ')}, ${practitioner}, for ${customer ?? 'a new customer'}`;
}

const UNDERSTOOD = ['opening_hours', 'order_status', 'free_appointments', 'book_first', 'goodbye'];

const orderAnswer = z.object({ state: z.string() });
const bookingAnswer = z.object({ say: z.string(), slot: z.string() });
