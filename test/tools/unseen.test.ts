import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool } from '../../src/tools/define-tool.ts';
import { aRunner } from './support/a-runner.ts';
import { orderStatus, throwing } from './support/some-tools.ts';

describe('X14: what must not be seen', () => {
  const bad = throwing('bad', () => {
    throw new RangeError(
      'SELECT * FROM t failed at postgres://u:canary1@db with key canary-env, token=canary2',
    );
  });

  it('P5: keeps the words of an error from the model, the record and the log, which has its kind and place', async () => {
    const { ask, facts, lines } = aRunner([bad], { secrets: ['canary-env'] });

    const outcome = await ask('bad', {});

    expect(outcome.output + JSON.stringify(facts) + lines.join()).not.toMatch(/canary|SELECT/);
    expect(lines.join()).toMatch(
      /"call":"CA1","tool":"bad".* failed: RangeError at tools\/unseen\.test\.ts:\d+:\d+/,
    );
  });

  it('shows the words of an error to whoever wrote the tool, at their own terminal, without secrets', async () => {
    const { ask, lines } = aRunner([bad], { secrets: ['canary-env'], isForAuthor: true });

    await ask('bad', {});

    expect(lines.join()).toContain('SELECT * FROM t failed');
    expect(lines.join()).not.toContain('canary');
  });

  it('masks secret fields in the record, in arguments and result, and wherever their values turn up', async () => {
    const pay = defineTool({
      name: 'pay',
      description: 'Pay.',
      parameters: z.object({ card: z.object({ number: z.string() }), amount: z.number() }),
      secret: ['card', 'receipt'],
      run: ({ card }, { log }) => {
        log.info(`charging ${card.number}`);
        return { text: `charged ${card.number}`, receipt: 'R-1' };
      },
    });
    const { ask, facts, lines } = aRunner([pay]);

    const outcome = await ask('pay', { card: { number: '4111111111111111' }, amount: 3 });

    expect(outcome.output).toContain('R-1');
    expect(facts).toMatchObject([
      { arguments: '{"card":"***","amount":3}' },
      { output: '{"text":"charged ***","receipt":"***"}' },
    ]);
    expect(lines.join()).toContain('charging ***');
    expect(lines.join()).not.toContain('4111');
  });

  it('shows nothing of arguments that are no JSON, when some of them are secret', async () => {
    const pay = { ...orderStatus, secret: ['orderNumber'] };
    const { ask, facts } = aRunner([pay]);

    expect((await ask('order_status', '{"orderNumber": "4111')).result).toBe('bad_arguments');
    expect(JSON.stringify(facts)).not.toContain('4111');
  });
});
