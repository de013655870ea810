import { describe, expect, it } from 'vitest';
import { PageQueue } from '../../../src/http/making/page-queue.ts';
import type { Made, PageRequest, ToMaker } from '../../../src/http/making/page-requests.ts';
import { TestClock } from '../../support/test-clock.ts';

const NOTHING: Made = { type: 'nothing' };

function aQueue() {
  const clock = new TestClock();
  const posted: ToMaker[] = [];
  let stuck = 0;
  const queue = new PageQueue(
    (message) => {
      posted.push(message);
      return true;
    },
    clock,
    () => void stuck++,
  );
  const names = () =>
    posted.flatMap((message) =>
      message.type === 'wanted' && message.wanted.type === 'call' ? [message.wanted.callId] : [message.type],
    );
  const ask = (callId: string, signal = new AbortController().signal) =>
    queue.make({ type: 'call', callId, what: 'everything' }, signal).then(({ type }) => type);
  /** The thread has made the nth thing that it was asked for. */
  const makes = (n: number) => queue.hear({ type: 'made', id: n, made: NOTHING });
  return { clock, queue, names, ask, makes, stuck: () => stuck };
}

describe('what people wanted to read', () => {
  it('is made two at a time, and of one call one at a time, so that a long one holds nobody else up', async () => {
    const { ask, names, makes } = aQueue();
    const all = ['long', 'long', 'long', 'CA1', 'CA2'].map((callId) => ask(callId));
    expect(names()).toEqual(['long', 'CA1']);

    makes(2);
    expect(names()).toEqual(['long', 'CA1', 'CA2']);
    makes(1);
    expect(names()).toEqual(['long', 'CA1', 'CA2', 'long']);
    makes(3);
    makes(4);
    makes(5);
    expect(await Promise.all(all)).toEqual(Array.from({ length: 5 }, () => 'nothing'));
  });

  it('is forgotten when whoever wished for it has left before it was begun', async () => {
    const { ask, names, makes } = aQueue();
    const leaving = new AbortController();
    const [first] = [ask('CA1'), ask('CA2'), ask('CA3', leaving.signal), ask('CA4')];
    leaving.abort();
    makes(1);

    await first;
    expect(names()).toEqual(['CA1', 'CA2', 'CA4']);
  });

  it('is refused when a hundred wait, and after a quarter of a minute of waiting', async () => {
    const { ask, queue, clock, makes } = aQueue();
    const waiting = Array.from({ length: 102 }, (_, n) => ask(`CA${n}`));

    expect(await ask('one too many')).toBe('busy');
    clock.advance(15_000);
    makes(1);
    makes(2);
    const answers = await Promise.all(waiting);
    expect(answers.filter((type) => type === 'busy')).toHaveLength(100);
    expect(queue.refused).toBe(101);
    expect(queue.waiting).toBe(0);
  });

  it('is given up with everything else when the thread has not answered for longer than a database may take', async () => {
    const { ask, clock, queue, stuck } = aQueue();
    const asked = ask('CA1');
    clock.advance(29_999);
    expect(stuck()).toBe(0);
    clock.advance(1);
    expect(stuck()).toBe(1);

    queue.gone();
    expect(await asked).toBe('gone');
  });

  it('comes piece by piece where it is a file of many calls, each when it is taken, until whoever takes it leaves', async () => {
    const { queue, names } = aQueue();
    const wanted: PageRequest = { type: 'calls_file', format: 'csv', query: {} };
    const asked = queue.make(wanted, new AbortController().signal);
    const bytes = () => new TextEncoder().encode('a line\n');
    const whole = { type: 'whole', contentType: 'text/csv', fileName: 'calls.csv', goesOn: true } as const;
    queue.hear({ type: 'made', id: 1, made: { ...whole, bytes: bytes() } });
    const answer = await asked;
    const rest = answer.type === 'whole' ? answer.rest : null;
    expect(names()).toEqual(['wanted']);

    const piece = rest?.next();
    await Promise.resolve();
    queue.hear({ type: 'piece', id: 1, bytes: bytes() });
    expect(await piece).toHaveLength(7);
    expect(names()).toEqual(['wanted', 'more']);
    rest?.stop();
    rest?.stop();
    expect(names()).toEqual(['wanted', 'more', 'enough']);
  });

  it('is given up where whoever wanted the file has left before taking a piece of it', async () => {
    const { queue, names } = aQueue();
    const asked = queue.make({ type: 'calls_file', format: 'csv', query: {} }, new AbortController().signal);
    const whole = { type: 'whole', contentType: 'text/csv', fileName: 'calls.csv', goesOn: true } as const;
    queue.hear({ type: 'made', id: 1, made: { ...whole, bytes: new Uint8Array(1) } });
    const answer = await asked;
    if (answer.type === 'whole') answer.rest?.stop();

    expect(names()).toEqual(['wanted', 'enough']);
  });

  it('breaks off where the thread dies in the middle of a file', async () => {
    const { queue } = aQueue();
    const asked = queue.make({ type: 'calls_file', format: 'csv', query: {} }, new AbortController().signal);
    const whole = { type: 'whole', contentType: 'text/csv', fileName: 'calls.csv', goesOn: true } as const;
    queue.hear({ type: 'made', id: 1, made: { ...whole, bytes: new Uint8Array(1) } });
    const answer = await asked;
    const piece = answer.type === 'whole' ? answer.rest?.next() : undefined;
    await Promise.resolve();
    queue.gone();

    await expect(piece).rejects.toThrow('has ended');
  });
});
