import { describe, expect, it } from 'vitest';
import { defineAgent, type Instructions } from '../../src/agents/define-agent.ts';
import { instructionsFor, momentOf } from '../../src/agents/instructions.ts';
import { TestClock } from '../support/test-clock.ts';

const caller = { number: '+15550100', dialled: '+15550199' };

function asked(instructions: Instructions) {
  const clock = new TestClock();
  const troubles: unknown[] = [];
  const agent = defineAgent({
    name: 'shop',
    instructions,
    openingHours: { timeZone: 'Asia/Tokyo', week: {} },
  });
  const text = instructionsFor(agent, caller, clock, (error) => troubles.push(error));
  return { text, clock, troubles };
}

describe('what the model is told on a call', () => {
  it('is the text of the agent', async () => {
    expect(await asked('Be brief.').text).toBe('Be brief.');
  });

  it('is made for the caller and the time of day, where the business is', async () => {
    const { text } = asked(async ({ number, dialled, date, time, partOfDay }) =>
      [number, dialled, date, time, partOfDay].join(' '),
    );

    expect(await text).toBe('+15550100 +15550199 2026-01-01 09:00 morning');
  });

  it.each([
    ['00:00', 'night'],
    ['04:59', 'night'],
    ['05:00', 'morning'],
    ['11:59', 'morning'],
    ['12:00', 'afternoon'],
    ['17:59', 'afternoon'],
    ['18:00', 'evening'],
    ['22:59', 'evening'],
    ['23:00', 'night'],
  ])('calls %s the %s', (time, partOfDay) => {
    const agent = defineAgent({
      name: 'shop',
      instructions: 'Be brief.',
      openingHours: { timeZone: 'UTC', week: {} },
    });

    expect(momentOf(agent, caller, Date.parse(`2026-01-01T${time}:30Z`))).toMatchObject({ time, partOfDay });
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('no database');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no database'))],
    ['gives nothing', () => ''],
  ])('is something to answer the phone with when its function %s', async (_what, instructions) => {
    const { text, troubles } = asked(instructions);

    expect(await text).toContain('offer to take a message');
    expect(troubles).toHaveLength(1);
  });

  it('does not keep the caller waiting for longer than three seconds', async () => {
    const { text, clock, troubles } = asked(() => new Promise<string>(() => {}));

    clock.advance(3_000);

    expect(await text).toContain('You answer the phone for shop');
    expect(troubles).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });
});
