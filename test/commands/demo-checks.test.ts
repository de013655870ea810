import { describe, expect, it } from 'vitest';
import { checkDemo } from '../../src/commands/demo-checks.ts';
import type { Booking } from '../../src/examples/front-desk/clinic/bookings.ts';
import type { CallEvent, CallFact } from '../../src/ports/facts.ts';
import { callerClip } from '../../src/practice/voice.ts';
import { eventsOf, rang, SEED_WALL_MS } from '../support/logged-calls.ts';

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

/** It was put in 300 ms before the house heard of the call. */
const PHONE = { startedWallMs: SEED_WALL_MS - 300, cutsMs: [8_312] };

const HAPPENED: readonly CallFact[] = [
  rang(),
  agentSaid('Good day.'),
  ...['opening_hours', 'order_status', 'free_appointments', 'book_first', 'goodbye'].map(callerSaid),
  { type: 'interrupted', heardMs: 2600, unheardMs: 9000, heardUntilMs: 8_005 },
  returned('order_status', { say: 'It is ready.', state: 'ready' }),
  returned('book_appointment', { say, slot }),
  agentSaid(say),
  agentSaid('Goodbye!'),
  { type: 'ended', reason: 'agent_hung_up' },
];
const FACTS = eventsOf(HAPPENED.map((fact, n) => [n, fact]));

const failed = (facts: readonly CallEvent[], bookings: readonly Booking[] = [booking], phone = PHONE) =>
  checkDemo(true, facts, bookings, phone)
    .filter(({ isGood }) => !isGood)
    .map(({ text }) => text.split(',')[0]);

describe('the demo', () => {
  it('has succeeded when everything happened, and shows the row of the booking', () => {
    expect(failed(FACTS)).toEqual([]);
    const texts = checkDemo(true, FACTS, [booking], PHONE).map(({ text }) => text);
    expect(texts).toContain(
      'the booking is in the database, once: appointment 7, 2026-11-24 09:30, Amara Okafor, for a new customer',
    );
    expect(texts).toContain('the page marks it where the phone fell silent: 7 ms off');
  });

  it('has failed when the booking is not in the database, or another one is, or it is there twice', () => {
    const missing = ['the booking is in the database'];

    expect(failed(FACTS, [])).toEqual(missing);
    expect(failed(FACTS, [{ ...booking, startsAt: '2026-11-24T10:00' }])).toEqual(missing);
    expect(failed(FACTS, [{ ...booking, state: 'cancelled' }])).toEqual(missing);
    expect(failed(FACTS, [booking, { ...booking, id: 8 }])).toEqual(missing);
  });

  it.each([
    ['interrupted', ['the agent gave way', 'the page marks it where the phone fell silent']],
    ['rang', ['the page marks it where the phone fell silent']],
    ['caller_said', ['the caller was understood', 'both said goodbye']],
    ['ended', ['the call ended as it should']],
  ])('has failed without %s', (type, expected) => {
    expect(failed(FACTS.filter((fact) => fact.type !== type))).toEqual(expected);
  });

  it('has failed when an interruption is marked elsewhere than where the phone fell silent', () => {
    const elsewhere = { ...PHONE, cutsMs: [8_000, 8_360] };

    expect(failed(FACTS, [booking], elsewhere)).toEqual([
      'the page marks it where the phone fell silent: 55 ms off',
    ]);
    expect(failed(FACTS, [booking], { ...PHONE, cutsMs: [] })).toHaveLength(1);
  });

  it.each(['order_status', 'book_appointment'])('has failed when %s did not work', (name) => {
    const facts = FACTS.map(
      (fact): CallEvent =>
        fact.type === 'tool_returned' && fact.name === name ? { ...fact, result: 'failed' } : fact,
    );

    expect(failed(facts)).not.toEqual([]);
  });
});
