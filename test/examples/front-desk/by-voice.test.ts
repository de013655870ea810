import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { silence } from '../../../src/audio/format.ts';
import aPersonPlease from '../../../src/examples/front-desk/tools/a-person-please.ts';
import bookAppointment from '../../../src/examples/front-desk/tools/book-appointment.ts';
import cancelAppointment from '../../../src/examples/front-desk/tools/cancel-appointment.ts';
import freeAppointments from '../../../src/examples/front-desk/tools/free-appointments.ts';
import moveAppointment from '../../../src/examples/front-desk/tools/move-appointment.ts';
import myAppointment from '../../../src/examples/front-desk/tools/my-appointment.ts';
import openingHours from '../../../src/examples/front-desk/tools/opening-hours.ts';
import orderStatus from '../../../src/examples/front-desk/tools/order-status.ts';
import whoIsCalling from '../../../src/examples/front-desk/tools/who-is-calling.ts';
import { dialogue } from '../../../src/practice/model/dialogue.ts';
import { practiceEars, practiceVoice } from '../../../src/practice/model/index.ts';
import { callerClip } from '../../../src/practice/voice.ts';
import { defineTool, NOTHING, type Tool } from '../../../src/tools/define-tool.ts';
import { aSession } from '../../practice/model/support/rig.ts';
import { aDesk, type CallerOptions } from './support/a-desk.ts';

const hangUp = defineTool({
  name: 'hang_up',
  description: 'End the call',
  parameters: NOTHING,
  run: () => ({ isDone: true }),
});

const TOOLS: readonly Tool[] = [
  whoIsCalling,
  orderStatus,
  freeAppointments,
  bookAppointment,
  moveAppointment,
  myAppointment,
  cancelAppointment,
  openingHours,
  aPersonPlease,
  hangUp,
];

/** The practice model with the tools of the desk, and a caller who speaks to it through a telephone's sound. */
function aPracticeCall(options: CallerOptions = {}, now = '2026-11-23T10:00') {
  const desk = aDesk(now);
  const use = desk.aCaller(options);
  const rig = aSession({ ears: practiceEars, brain: dialogue(practiceVoice()) });
  const tools = TOOLS.map(({ name, description, parameters }) => ({
    type: 'function',
    name,
    description,
    parameters: z.toJSONSchema(parameters, { io: 'input' }),
  }));
  const format = { type: 'audio/pcmu' };
  rig.send({
    type: 'session.update',
    session: { type: 'realtime', tools, audio: { input: { format }, output: { format } } },
  });
  const used: string[] = [];
  let seen = 0;

  /** Runs what the model has called since this was last done, and asks for the answer, as a call does. */
  async function runTools(): Promise<void> {
    const calls = rig
      .of('response.output_item.done')
      .flatMap(({ item }) => (item.type === 'function_call' ? [item] : []));
    const fresh = calls.slice(seen);
    seen = calls.length;
    for (const { name, arguments: args, call_id } of fresh) {
      used.push(`${name} ${args}`);
      const tool = TOOLS.find((known) => known.name === name);
      if (!tool) throw new Error(`The model called ${name}, which nobody offered.`);
      const output = JSON.stringify(await use(tool, JSON.parse(args)));
      rig.send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output } });
    }
    if (fresh.length === 0 || used.at(-1)?.startsWith('hang_up')) return;
    rig.send({ type: 'response.create' });
    rig.clock.advance(30_000);
  }

  /** Says something; comes back with what the agent said to it, tools and all. */
  async function say(name: string): Promise<string[]> {
    const before = rig.of('response.output_audio_transcript.done').length;
    rig.append(silence('pcmu', 400));
    rig.append(callerClip(name).mulaw);
    rig.append(silence('pcmu', 700));
    rig.clock.advance(30_000);
    await runTools();
    return rig
      .of('response.output_audio_transcript.done')
      .slice(before)
      .map(({ transcript }) => transcript);
  }

  return { ...desk, rig, say, used, runTools };
}

const BOOKED = "SELECT starts_at, state, customer_id FROM appointments WHERE booked_by_call = 'call-1'";

describe('the practice caller, by voice', () => {
  it('asks for an order, takes the first free time and says goodbye', async () => {
    const { say, used, rows } = aPracticeCall();

    const order = await say('order_status');
    const [offered = ''] = await say('free_appointments');
    const [booked = ''] = await say('book_first');
    const goodbye = await say('goodbye');

    const [row] = rows(BOOKED);
    expect(order).toEqual(['Order number 4217 is ready to collect.']);
    expect(used).toEqual([
      'order_status {"orderNumber":"4217"}',
      'free_appointments {}',
      `book_appointment {"slot":"${row?.['starts_at']}"}`,
      'hang_up {}',
    ]);
    expect(row).toMatchObject({ state: 'booked', customer_id: 1 });
    expect(booked).toMatch(/^Your appointment is booked for .+\.$/);
    expect(offered).toContain(
      `The next free times are ${booked.slice('Your appointment is booked for '.length, -1)}`,
    );
    expect(goodbye).toEqual(['Thank you for calling. Goodbye!']);
  });

  it('moves to the first time that is offered for that, and cancels', async () => {
    const { say, used, rows } = aPracticeCall();
    await say('free_appointments');
    await say('book_first');
    const before = rows(BOOKED)[0]?.['starts_at'];

    const [asked = ''] = await say('move_appointment');
    const [moved = ''] = await say('book_first');
    const after = rows(BOOKED)[0]?.['starts_at'];
    const [cancelled = ''] = await say('cancel_appointment');

    expect(used.slice(2)).toEqual([
      'my_appointment {}',
      `move_appointment {"slot":"${after}"}`,
      'cancel_appointment {}',
    ]);
    expect(asked).toMatch(/^Your appointment is booked for .* The next free times are /);
    expect(moved).toMatch(/^Your appointment has been moved to /);
    expect(cancelled).toMatch(/is cancelled\.$/);
    expect(after).not.toBe(before);
    expect(rows(BOOKED)).toMatchObject([{ starts_at: after, state: 'cancelled' }]);
  });

  it('asks when the shop is open, and for a person', async () => {
    const { say, used, asked } = aPracticeCall();

    const hours = await say('opening_hours');
    const person = await say('person');

    expect(hours[0]).toMatch(/^On weekdays we are open from nine to six/);
    expect(person[0]).toBe('I will put you through. One moment, please.');
    expect(used).toEqual(['opening_hours {}', 'a_person_please {}']);
    expect(asked).toContain('transfer to colleague');
  });

  it('keys in an order number and a date of birth', async () => {
    const { say, used } = aPracticeCall({ keys: ['4217', '01051980'] });

    const order = await say('order_by_keys');
    const details = await say('my_details');

    expect(order).toEqual([
      'Please key in the order number, then press the hash key.',
      'Order number 4217 is ready to collect.',
    ]);
    expect(details.at(-1)).toBe('Thank you, I have found you.');
    expect(used).toEqual(['order_status {}', 'who_is_calling {"willKeyIn":true}']);
  });

  it('is told what keys bring up that nobody asked for', async () => {
    const { rig, used, runTools } = aPracticeCall();
    const text = '(The caller pressed the keys 4217.)';
    rig.send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_text', text }] },
    });
    rig.send({ type: 'response.create' });
    rig.clock.advance(30_000);
    await runTools();

    expect(used).toEqual(['order_status {"orderNumber":"4217"}']);
    expect(rig.last('response.output_audio_transcript.done').transcript).toMatch(/ready to collect/);
  });
});
