import { afterEach, beforeEach } from 'vitest';
import type { CallEvent } from '../../src/ports/facts.ts';
import type { CallQuery, CallStore } from '../../src/ports/store.ts';
import { eventsOf, rang, seededCalls, stored } from '../support/logged-calls.ts';

export interface StoreRig {
  readonly store: CallStore;
  dispose(): Promise<void>;
}

/** A store of its own for every test around it, and how to fill and ask it. */
export function aStoreForEach(setUp: () => Promise<StoreRig>) {
  let rig: StoreRig;
  beforeEach(async () => {
    rig = await setUp();
  });
  afterEach(() => rig.dispose());
  return {
    get store(): CallStore {
      return rig.store;
    },
    async fill(count: number): Promise<void> {
      const calls = [...seededCalls(count)];
      await rig.store.append(calls.flatMap(({ callId, events }) => stored(callId, events)));
    },
    async found(query: CallQuery): Promise<readonly string[]> {
      return (await rig.store.list(query)).calls.map(({ callId }) => callId);
    },
  };
}

export type FilledStore = ReturnType<typeof aStoreForEach>;

export function said(text: string): readonly CallEvent[] {
  return eventsOf([
    [0, rang()],
    [10, { type: 'caller_said', text }],
  ]);
}
