import { z } from 'zod';
import type { Booking } from '../examples/front-desk/clinic/bookings.ts';
import { markersOf } from '../http/pages/markers.ts';
import type { CallEvent } from '../ports/facts.ts';
import type { Tape } from '../practice/phone/tape.ts';
import { callerClip } from '../practice/voice.ts';
import { callReading } from '../reading/reading.ts';

export interface Check {
  readonly isGood: boolean;
  readonly text: string;
}

/** What the phone itself knows of when it fell silent. */
export type PhoneTruth = Pick<Tape, 'startedWallMs' | 'cutsMs'>;

/** What the call of the demo has to show: all of it, or the demo has failed. */
export function checkDemo(
  wentWell: boolean,
  facts: readonly CallEvent[],
  bookings: readonly Booking[],
  phone: PhoneTruth,
): readonly Check[] {
  const said = facts.filter((fact) => fact.type === 'agent_said');
  const heard = facts.filter((fact) => fact.type === 'caller_said').map(({ text }) => text);
  const wasHeard = (name: string) => heard.includes(callerClip(name).text);
  const cut = facts.find((fact) => fact.type === 'interrupted');
  const offMs = Math.max(...markersOff(facts, phone));
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
    {
      isGood: offMs <= MOST_OFF_MS,
      text: `the page marks it where the phone fell silent${Number.isFinite(offMs) ? `: ${Math.round(offMs)} ms off` : ''}`,
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

/**
 * How far each interruption, as the call's page has it, is from the nearest moment at which the phone fell silent.
 * Phone and house have a clock each; both have noted the time of day at which it began.
 */
function markersOff(facts: readonly CallEvent[], phone: PhoneTruth): readonly number[] {
  const rang = facts.find((fact) => fact.type === 'rang');
  const aheadMs = (rang?.wallMs ?? Number.NaN) - phone.startedWallMs;
  const marked = markersOf(facts, callReading.recall(facts), []).filter(
    ({ kind }) => kind === 'interruption',
  );
  if (marked.length === 0) return [Number.POSITIVE_INFINITY];
  return marked.map(({ atMs }) => Math.min(...phone.cutsMs.map((cutMs) => Math.abs(atMs + aheadMs - cutMs))));
}

/** What tools of that name told the model, where it was what they tell when all is well. */
function results<Answer>(
  facts: readonly CallEvent[],
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

/** Nobody sees or hears that a marker on a time axis is off by less. */
const MOST_OFF_MS = 50;

const UNDERSTOOD = ['opening_hours', 'order_status', 'free_appointments', 'book_first', 'goodbye'];

const orderAnswer = z.object({ state: z.string() });
const bookingAnswer = z.object({ say: z.string(), slot: z.string() });
