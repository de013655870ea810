import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/index.ts';
import { runTool } from '../../src/testing/index.ts';
import { TestClock } from '../support/test-clock.ts';

const callBack = defineTool({
  name: 'call_back',
  description: 'Arrange a call back.',
  parameters: z.object({ pin: z.string().optional(), when: z.enum(['today', 'tomorrow']) }),
  secret: ['pin'],
  async run({ when }, { call, caller, settings, log }) {
    log.info('arranging');
    const typed = await call.collectDigits({ most: 2 });
    const text = await call.sendText(`We call ${when}.`);
    const transfer = await call.transfer('office');
    await call.update({ tools: ['call_back'] });
    return { typed, text, transfer, from: caller.number, desk: settings['desk'] };
  },
});

describe('the test kit for your own tools', () => {
  it('runs a tool as a call would, and shows all that came of it', async () => {
    const trial = await runTool(
      callBack,
      { when: 'today', pin: '4711' },
      {
        caller: '+15550142',
        digits: '123',
        textsFail: 'a landline',
        settings: { desk: 'A' },
        transferTargets: ['office'],
      },
    );

    expect(trial).toMatchObject({
      result: 'ok',
      output: {
        typed: '12',
        text: { ok: false, because: 'a landline' },
        transfer: { ok: true },
        from: '+15550142',
        desk: 'A',
      },
      wantsAnswer: true,
      asked: [
        'collect up to 2 digits',
        'text: We call today.',
        'transfer to office',
        'tools from now on: call_back',
      ],
      facts: [{ arguments: '{"when":"today","pin":"***"}' }, { type: 'tool_returned' }],
    });
    expect(trial.lines).toContain('arranging');
  });

  it('takes what a model might write', async () => {
    expect(await runTool(callBack, '{"when":"never"}')).toMatchObject({ result: 'bad_arguments' });
  });

  it('lets a test turn the clock', async () => {
    const clock = new TestClock();
    const never = defineTool({ ...callBack, run: () => new Promise(() => {}) });

    const trial = runTool(never, { when: 'today' }, { clock });
    clock.advance(8_000);

    expect((await trial).result).toBe('timed_out');
  });
});
