import { describe, expect, it } from 'vitest';
import type { Booking } from '../src/agents/front-desk/clinic/bookings.ts';
import { checkDemo } from '../src/demo-checks.ts';
import type { CallFact } from '../src/ports/call-log.ts';
import { callerClip } from '../src/practice/voice.ts';

const slot = '2026-11-24T09:30';
const say = 'Your appointment is booked.';
const agentSaid = (text: string): CallFact => ({
  type: 'agent_said',
  responseId: 'r',
  itemId: 'i',
  text,
  heardMs: 900,
  totalMs: 900,
});
const callerSaid = (name: string): CallFact => ({ type: 'caller_said', text: callerClip(name).text });
const returned = (name: string, output: object): CallFact => ({
  type: 'tool_returned',
  toolCallId: name,
  name,
  result: 'ok',
  tookMs: 3,
  output: JSON.stringify(output),
});
const booking: Booking = {
  id: 7,
  startsAt: slot,
  practitioner: 'Amara Okafor',
  state: 'booked',
  customer: null,
};

const FACTS: readonly CallFact[] = [
  agentSaid('Good day.'),
  ...['opening_hours', 'order_status', 'free_appointments', 'book_first', 'goodbye'].map(callerSaid),
  { type: 'interrupted', heardMs: 2600, unheardMs: 9000 },
  returned('order_status', { say: 'It is ready.', state: 'ready' }),
  returned('book_appointment', { say, slot }),
  agentSaid(say),
  agentSaid('Goodbye!'),
  { type: 'ended', reason: 'agent_hung_up' },
];

const failed = (facts: readonly CallFact[], bookings: readonly Booking[] = [booking]) =>
  checkDemo(true, facts, bookings)
    .filter(({ isGood }) => !isGood)
    .map(({ text }) => text.split(',')[0]);

describe('the demo', () => {
  it('has succeeded when everything happened, and shows the row of the booking', () => {
    expect(failed(FACTS)).toEqual([]);
    expect(checkDemo(true, FACTS, [booking]).map(({ text }) => text)).toContain(
      'the booking is in the database, once: appointment 7, 2026-11-24 09:30, Amara Okafor, for a new customer',
    );
  });

  it('has failed when the booking is not in the database, or another one is, or it is there twice', () => {
    const missing = ['the booking is in the database'];

    expect(failed(FACTS, [])).toEqual(missing);
    expect(failed(FACTS, [{ ...booking, startsAt: '2026-11-24T10:00' }])).toEqual(missing);
    expect(failed(FACTS, [{ ...booking, state: 'cancelled' }])).toEqual(missing);
    expect(failed(FACTS, [booking, { ...booking, id: 8 }])).toEqual(missing);
  });

  it.each([
    ['interrupted', ['the agent gave way']],
    ['caller_said', ['the caller was understood', 'both said goodbye']],
    ['ended', ['the call ended as it should']],
  ])('has failed without %s', (type, expected) => {
    expect(failed(FACTS.filter((fact) => fact.type !== type))).toEqual(expected);
  });

  it.each(['order_status', 'book_appointment'])('has failed when %s did not work', (name) => {
    const facts = FACTS.map(
      (fact): CallFact =>
        fact.type === 'tool_returned' && fact.name === name ? { ...fact, result: 'failed' } : fact,
    );

    expect(failed(facts)).not.toEqual([]);
  });
});
