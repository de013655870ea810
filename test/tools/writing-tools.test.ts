import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineTool, Refusal } from '../../src/tools/define-tool.ts';
import { aRunner, settled } from './support/a-runner.ts';
import { slow } from './support/some-tools.ts';

describe('L2, X13: a tool that writes', () => {
  const aBooking = () => {
    const keys: string[] = [];
    const tool = defineTool({
      name: 'book',
      description: 'Book.',
      parameters: z.object({ at: z.string(), who: z.string().optional() }),
      writes: true,
      run: (_args, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        return { booking: keys.length };
      },
    });
    return { tool, keys };
  };

  it('is done once when a new model session asks for the same again', async () => {
    const { tool, keys } = aBooking();
    const { ask } = aRunner([tool]);

    const first = await ask('book', '{"at":"ten","who":"Ann"}');
    const again = await ask('book', '{ "who":"Ann", "at":"ten" }');

    expect(again).toEqual(first);
    expect(keys).toHaveLength(1);
  });

  it('joins the run that is still under way after its time limit', async () => {
    const { tool, runs } = slow({ writes: true });
    const { ask, clock, asked } = aRunner([tool]);
    const first = ask('slow', { at: 'ten' });
    await settled();
    clock.advance(8_000);
    expect(await first).toMatchObject({ result: 'timed_out' });
    expect(runs[0]?.signal.aborted).toBe(false);

    const second = ask('slow', { at: 'ten' });
    runs[0]?.finish('booked');

    expect(await second).toMatchObject({ result: 'ok', output: '"booked"' });
    expect(runs).toHaveLength(1);
    expect(asked).toEqual(['note "slow came to its end after its time limit."']);
  });

  it('is not tried again when it failed half-way', async () => {
    const { tool, runs } = slow({ writes: true });
    const { ask } = aRunner([tool]);
    const first = ask('slow', {});
    await settled();
    runs[0]?.fail(new Error('the line broke'));

    expect((await first).output).toContain('Do not try it again');
    expect((await ask('slow', {})).result).toBe('failed');
    expect(runs).toHaveLength(1);
  });

  it('may be tried again when it refused, for then it did nothing', async () => {
    let times = 0;
    const tool = defineTool({
      name: 'book',
      description: 'Book.',
      parameters: z.object({}),
      writes: true,
      run: () => {
        times += 1;
        if (times === 1) throw new Refusal('That time is taken.');
        return 'booked';
      },
    });
    const { ask } = aRunner([tool]);

    expect(await ask('book', {})).toMatchObject({
      result: 'refused',
      output: '{"error":"That time is taken."}',
    });
    expect(await ask('book', {})).toMatchObject({ result: 'ok', output: '"booked"' });
  });

  it('is done anew after another write, under another key: who books, cancels and books again means it', async () => {
    const { tool, keys } = aBooking();
    const { ask } = aRunner([tool]);

    await ask('book', { at: 'ten' });
    await ask('book', { at: 'eleven' });
    await ask('book', { at: 'ten' });

    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(3);
  });
});
