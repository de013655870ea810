import { describe, expect, it } from 'vitest';
import { defineAgent } from '../../../src/agents/define-agent.ts';
import type { CallControl } from '../../../src/ports/tools.ts';
import { BUILT_INS, builtInTools } from '../../../src/tools/built-in/index.ts';
import { TestClock } from '../../support/test-clock.ts';
import { aRunner } from '../support/a-runner.ts';

const agent = defineAgent({
  name: 'shop',
  instructions: 'Be brief.',
  can: BUILT_INS,
  transferTargets: {
    workshop: { number: '+15550120', when: 'repairs' },
    reception: { number: '+15550121' },
  },
  openingHours: { timeZone: 'UTC', week: { thursday: ['09:00-18:00'] } },
});
const opened = (control: Partial<CallControl> = {}) =>
  aRunner(builtInTools(agent, new TestClock()), { targets: Object.keys(agent.transferTargets), control });

describe('what every agent can do', () => {
  it('is what it was given, under plain names', () => {
    expect(opened().toolbox.offers.map(({ name }) => name)).toEqual(BUILT_INS);
  });

  it('is each of it once, though it be given twice', () => {
    const tools = builtInTools({ can: ['hang_up', 'hang_up'], transferTargets: {} }, new TestClock());

    expect(tools.map(({ name }) => name)).toEqual(['hang_up']);
  });

  it('is nothing for which its agent has neither targets nor hours', () => {
    expect(
      builtInTools({ can: ['transfer', 'opening_hours'], transferTargets: {} }, new TestClock()),
    ).toEqual([]);
  });

  it('tells the model when to connect with whom', () => {
    const transfer = opened().toolbox.offers.find(({ name }) => name === 'transfer');

    expect(JSON.stringify(transfer)).toContain('Who to connect with. workshop: repairs; reception');
  });

  it('notes what the caller says of the recording, where they are asked', async () => {
    const tools = builtInTools({ can: [], transferTargets: {}, recording: 'ask' }, new TestClock());
    const { ask, asked } = aRunner(tools);

    const no = await ask('recording_consent', { agreed: false });
    const yes = await ask('recording_consent', { agreed: true });

    expect(asked).toEqual(['pause', 'resume']);
    expect([no.output, yes.output]).toEqual([
      expect.stringContaining('Nothing is recorded'),
      expect.stringContaining('is recorded from now on'),
    ]);
    expect(builtInTools({ can: [], transferTargets: {}, recording: 'on' }, new TestClock())).toEqual([]);
  });

  it('ends the call without another word (L4)', async () => {
    const { ask, asked } = opened();

    expect(await ask('hang_up', {})).toMatchObject({ result: 'ok', wantsAnswer: false });
    expect(asked).toEqual(['hang up']);
  });

  it('connects with named targets only, and the model never sees a number (F3)', async () => {
    const { ask, asked, toolbox } = opened();

    expect(await ask('transfer', { target: 'workshop' })).toMatchObject({ result: 'ok', wantsAnswer: false });
    const refused = await ask('transfer', { target: '+19005550100' });

    expect(refused).toMatchObject({ result: 'bad_arguments', wantsAnswer: true });
    expect(refused.output).toContain('workshop');
    expect(asked).toEqual(['transfer to workshop']);
    expect(JSON.stringify(toolbox.offers)).not.toContain('+1555');
  });

  it('has the caller type digits, which the record does not show (T5)', async () => {
    const { ask, facts } = opened();

    expect((await ask('collect_digits', { most: 4 })).output).toBe('{"typed":"1234"}');
    expect(facts.at(-1)).toMatchObject({ output: '{"typed":"***"}' });
  });

  it('says so when the caller typed nothing', async () => {
    const { ask } = opened({ collectDigits: async () => null });

    expect((await ask('collect_digits', {})).output).toContain('typed nothing');
  });

  it('texts the caller once', async () => {
    const { ask, asked } = opened();

    await ask('send_text', { text: 'Church Lane 3' });
    await ask('send_text', { text: 'Church Lane 3' });

    expect(asked).toEqual(['text "Church Lane 3"']);
  });

  it('says why a text could not be sent', async () => {
    const { ask } = opened({
      sendText: async () => ({ ok: false, because: 'a landline cannot receive texts' }),
    });

    expect(await ask('send_text', { text: 'Hello' })).toMatchObject({
      result: 'refused',
      output: '{"error":"The message could not be sent: a landline cannot receive texts"}',
    });
  });

  it('takes a message, with the number that the caller wants to be called at', async () => {
    const { ask, asked } = opened();

    await ask('take_message', { name: 'Ann', matter: 'Her glasses broke.', isUrgent: true });
    await ask('take_message', { name: 'Bo', matter: 'An invoice.', callBackNumber: '0142' });

    expect(asked).toEqual([
      'note "Urgent message from Ann, +15550100: Her glasses broke."',
      'note "Message from Bo, 0142: An invoice."',
    ]);
  });

  it('reckons whether the business is open', async () => {
    const { ask } = opened();

    const { output } = await ask('opening_hours', {});
    expect(JSON.parse(output)).toMatchObject({
      today: { date: '2026-01-01', weekday: 'thursday' },
      now: { isOpen: false, until: { date: '2026-01-01', weekday: 'thursday', time: '09:00' } },
      days: { length: 7 },
    });
    expect(JSON.parse((await ask('opening_hours', { date: '2026-01-02' })).output)).toMatchObject({
      days: [{ weekday: 'friday', hours: 'closed' }],
    });
    expect((await ask('opening_hours', { date: 'tomorrow' })).result).toBe('bad_arguments');
  });
});
