import { describe, expect, it } from 'vitest';
import agent from '../../../src/examples/front-desk/agent.ts';
import * as answers from '../../../src/examples/front-desk/clinic/answers.ts';
import { spokenMoment } from '../../../src/examples/front-desk/clinic/answers.ts';
import { testTimes } from '../../../src/examples/front-desk/clinic/calendar.ts';
import bookAppointment from '../../../src/examples/front-desk/tools/book-appointment.ts';
import cancelAppointment from '../../../src/examples/front-desk/tools/cancel-appointment.ts';
import freeAppointments from '../../../src/examples/front-desk/tools/free-appointments.ts';
import moveAppointment from '../../../src/examples/front-desk/tools/move-appointment.ts';
import myAppointment from '../../../src/examples/front-desk/tools/my-appointment.ts';
import openingHours from '../../../src/examples/front-desk/tools/opening-hours.ts';
import orderStatus from '../../../src/examples/front-desk/tools/order-status.ts';
import whoIsCalling from '../../../src/examples/front-desk/tools/who-is-calling.ts';
import { spelledWords } from '../../../src/practice/voice.ts';
import { TOOL_DEFAULTS } from '../../../src/tools/define-tool.ts';
import { aDesk } from './support/a-desk.ts';

describe('the practice voice has recordings for', () => {
  it('the first words of the desk, and what it says while a tool works', () => {
    expect(spelledWords(TOOL_DEFAULTS.filler)).toEqual([]);
    expect(agent.greeting.kind === 'exactly' ? spelledWords(agent.greeting.text) : []).toEqual([]);
  });

  it('what the tools say of everything, in the order of a call', async () => {
    const { aCaller, rows } = aDesk();
    const caller = aCaller({ keys: ['4217'] });
    const stranger = aCaller({ callId: 'other', number: '+447911000000' });
    const { times: [first, second] = [] } = await caller(freeAppointments);
    const orders = rows('SELECT number FROM orders').map(({ number }) => ({ orderNumber: String(number) }));

    const said = [
      await caller(freeAppointments),
      await caller(freeAppointments, { fromDay: '2099-01-05' }),
      await caller(bookAppointment, { slot: first?.slot }),
      await caller(myAppointment),
      await caller(moveAppointment, { slot: second?.slot }),
      await caller(cancelAppointment),
      await caller(cancelAppointment),
      await caller(openingHours),
      await caller(openingHours, { day: '2026-12-25' }),
      await caller(openingHours, { day: '2026-12-24' }),
      await caller(whoIsCalling),
      await caller(whoIsCalling, { dateOfBirth: '1980-05-01' }),
      await stranger(whoIsCalling),
      await stranger(whoIsCalling, { dateOfBirth: '1980-05-01' }),
      await stranger(orderStatus, { orderNumber: '9001' }),
      ...(await Promise.all(orders.map((order) => caller(orderStatus, order)))),
    ].map(({ say, error }) => say ?? error ?? '');

    expect(said.filter((words) => words === '')).toEqual([]);
    expect(said.filter((words) => spelledWords(words).length > 0)).toEqual([]);
  });

  it('every refusal and every offer', () => {
    const sentences = Object.values(answers).filter((value) => typeof value === 'string');

    expect(sentences.length).toBeGreaterThan(4);
    expect(sentences.flatMap(spelledWords)).toEqual([]);
    expect(spelledWords('Robin')).toEqual(['robin']);
  });

  it('every time of every day of two years', () => {
    const spelled = new Set<string>();
    for (let day = new Temporal.PlainDate(2026, 1, 1); day.year < 2028; day = day.add({ days: 1 })) {
      for (const time of testTimes(day))
        for (const word of spelledWords(spokenMoment(time))) spelled.add(word);
    }

    expect([...spelled]).toEqual([]);
  }, 20_000);
});
