import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { againAndAgain } from '../../src/journal/again-and-again.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('does something once when it hangs, goes on when it is done, and bears that it fails', async () => {
  const gates: PromiseWithResolvers<void>[] = [];
  againAndAgain(1_000, () => {
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    return gate.promise;
  });

  await vi.advanceTimersByTimeAsync(60_000);
  expect(gates).toHaveLength(1);

  gates[0]?.reject(new Error('not now'));
  await vi.advanceTimersByTimeAsync(999);
  expect(gates).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(gates).toHaveLength(2);
});
