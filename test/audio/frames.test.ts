import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteQueue } from '../../src/audio/frames.ts';
import { differsAt, noiseBytes } from './support/signals.ts';

describe('a byte queue', () => {
  it('gives frames of one size from chunks of another', () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));
    queue.push(Uint8Array.of(4, 5, 6, 7));

    expect(queue.take(2)).toEqual(Uint8Array.of(1, 2));
    expect(queue.take(4)).toEqual(Uint8Array.of(3, 4, 5, 6));
    expect(queue.length).toBe(1);
  });

  it('gives what there is when less is left than asked for', () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));

    expect(queue.take(160)).toEqual(Uint8Array.of(1, 2, 3));
    expect(queue.take(160)).toEqual(new Uint8Array(0));
  });

  it('keeps every byte in order through any pushes and takes', () => {
    const step = fc.oneof(
      fc.record({ push: fc.uint8Array({ maxLength: 50 }) }),
      fc.record({ take: fc.integer({ min: 0, max: 80 }) }),
    );

    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const queue = new ByteQueue();
        let expected: number[] = [];
        for (const action of steps) {
          if ('push' in action) {
            queue.push(action.push);
            expected.push(...action.push);
          } else {
            expect([...queue.take(action.take)]).toEqual(expected.slice(0, action.take));
            expected = expected.slice(action.take);
          }
          expect(queue.length).toBe(expected.length);
        }
        expect([...queue.take(Infinity)]).toEqual(expected);
      }),
    );
  });

  it('stays in order over far more chunks than it holds at a time', () => {
    const queue = new ByteQueue();
    const sound = noiseBytes(20_000);

    const taken: number[] = [];
    for (let at = 0; at < sound.length; at += 10) {
      queue.push(sound.subarray(at, at + 10));
      if (at % 30 === 0) taken.push(...queue.take(29));
    }
    taken.push(...queue.take(queue.length));

    expect(differsAt(taken, sound)).toBeNull();
  });

  it('keeps what is in it apart from what other queues hold, whose memory it uses after them', () => {
    const step = fc.record({
      which: fc.nat(2),
      push: fc.nat(9_000),
      take: fc.nat(9_000),
      isCleared: fc.boolean(),
    });

    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const queues = [new ByteQueue(), new ByteQueue(), new ByteQueue()];
        const expected: number[][] = [[], [], []];
        for (const [count, { which, push, take, isCleared }] of steps.entries()) {
          const [queue, bytes] = [queues[which], expected[which]];
          if (!queue || !bytes) continue;
          queue.push(new Uint8Array(push).fill(count));
          bytes.push(...new Array<number>(push).fill(count));
          expect(differsAt([...queue.take(take)], bytes.splice(0, take))).toBeNull();
          if (!isCleared) continue;
          queue.clear();
          bytes.length = 0;
        }
        for (const [which, queue] of queues.entries()) {
          expect(differsAt([...queue.take(Infinity)], expected[which] ?? [])).toBeNull();
        }
      }),
    );
  });

  it('is empty once it is cleared, and takes up new bytes', () => {
    const queue = new ByteQueue();
    queue.push(Uint8Array.of(1, 2, 3));
    queue.take(1);

    queue.clear();
    queue.push(Uint8Array.of(9));

    expect(queue.length).toBe(1);
    expect(queue.take(160)).toEqual(Uint8Array.of(9));
  });

  it('gives fresh memory, so that writing to a frame harms no chunk', () => {
    const chunk = Uint8Array.of(1, 2, 3);
    const queue = new ByteQueue();
    queue.push(chunk);

    queue.take(2).fill(0);

    expect(chunk).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('refuses to take fewer than no bytes', () => {
    expect(() => new ByteQueue().take(-1)).toThrow(RangeError);
  });
});
