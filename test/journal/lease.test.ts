import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { HeldStore } from '../../src/journal/held-store.ts';
import { Leases } from '../../src/journal/lease.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { StoreTrouble } from '../../src/stores/shared/trouble.ts';
import { aWholeCall as aCall, SEED_WALL_MS, stored } from '../support/logged-calls.ts';
import { type StorePlace, storesAtHand } from '../support/stores-at-hand.ts';

/** As it is, whatever a test puts in its place. */
const heldStore = { use: HeldStore.prototype.use };

/** Of which somebody is to be told. */
function aWholeCall(): readonly CallEvent[] {
  const events = aCall();
  return [...events, { type: 'webhook_delivery', state: 'due', seq: events.length + 1, atMs: 12_000 }];
}

describe.each(await storesAtHand())('what a process left undone, in %s', (_name, aPlace) => {
  let place: StorePlace;
  beforeEach(async () => {
    place = await aPlace();
  });

  /** A process that shares the log. */
  function aProcess(owner: string, deliversWebhooks = true, wallMs = () => SEED_WALL_MS + 60_000) {
    const settings = {
      role: 'writer',
      owner,
      deliversWebhooks,
      directory: place.directory,
      store: place.store,
    } as const;
    const held = new HeldStore(settings, () => {});
    onTestFinished(() => held.close());
    const state = { liveCalls: 0 };
    const leases = new Leases(held, settings, () => state.liveCalls, { wallMs, now: () => 0 });
    return {
      leases,
      delete: (callId: string) => held.use((store) => store.delete(callId)),
      card: (callId: string) => held.use((store) => store.card(callId)),
      events: (callId: string) => held.use((store) => store.events(callId)),
      state,
      log: (callId: string, events: readonly CallEvent[]) => leases.append(stored(callId, events)),
    };
  }
  const told = (seq: number): CallEvent => ({
    type: 'webhook_delivery',
    state: 'delivered',
    seq,
    atMs: 12_000,
  });
  const ended = aWholeCall().length;

  it('is taken up by one other, once it is gone, and by no further one', async () => {
    const [gone, one, other] = [aProcess('gone'), aProcess('one'), aProcess('other')];
    const callIds = Array.from({ length: 5 }, (_, n) => `CA${n}`);
    for (const callId of [...callIds, 'CAtold']) await gone.log(callId, aWholeCall());
    await gone.log('CAtold', [told(ended + 1)]);
    expect(await one.leases.takeUp(0, [])).toEqual([]);

    await place.allAreGone();
    const taken = await Promise.all([one.leases.takeUp(0, []), other.leases.takeUp(0, [])] as const);

    expect(taken.flat().sort()).toEqual(callIds);
    for (const callId of callIds) {
      expect((await one.events(callId)).slice(ended)).toMatchObject([
        { type: 'webhook_delivery', state: 'taken_up' },
      ]);
    }
    expect(await other.leases.takeUp(0, taken[1])).toEqual([]);
  });

  it('is taken up again when that one is gone too, until somebody was told', async () => {
    const [gone, one, other, last] = [aProcess('gone'), aProcess('one'), aProcess('other'), aProcess('last')];
    await gone.log('CA1', aWholeCall());
    await place.allAreGone();
    expect(await one.leases.takeUp(0, [])).toEqual(['CA1']);
    await place.allAreGone();
    expect(await other.leases.takeUp(0, [])).toEqual(['CA1']);
    await other.log('CA1', [told(2_000_002)]);
    await place.allAreGone();

    expect(await last.leases.takeUp(0, [])).toEqual([]);
  });

  it('is left where it is when it was too long ago, and where nobody is told of calls', async () => {
    const [gone, one] = [aProcess('gone'), aProcess('one', false)];
    await gone.log('CA1', aWholeCall());
    await place.allAreGone();

    expect(await one.leases.takeUp(SEED_WALL_MS + 1, [])).toEqual([]);
    expect(await one.leases.closeOrphans()).toBe(0);
  });

  it('has the calls in it that were cut short, with the end that they are given', async () => {
    const [gone, one] = [aProcess('gone'), aProcess('one')];
    await gone.log('CA1', aWholeCall().slice(0, 6));
    expect(await one.leases.closeOrphans()).toBe(0);
    await place.allAreGone();

    expect(await one.leases.closeOrphans()).toBe(1);
    expect(await one.leases.takeUp(0, [])).toEqual(['CA1']);
    expect((await one.events('CA1')).slice(6)).toMatchObject([
      { type: 'problem', code: 'process_lost' },
      { type: 'ended', reason: 'failed' },
      { type: 'webhook_delivery', state: 'due' },
      { type: 'webhook_delivery', state: 'taken_up', by: 'one' },
    ]);
    expect(await one.leases.takeUp(0, ['CA1'])).toEqual([]);
  });

  it('is not told on where nobody wanted to know of the call, or it began more than a day ago', async () => {
    const late = () => SEED_WALL_MS + 86_400_001;
    const [gone, quiet, one] = [aProcess('gone'), aProcess('quiet', false), aProcess('one', true, late)];
    await gone.log('CA1', aCall());
    await gone.log('CA2', aCall().slice(0, 6));
    await place.allAreGone();
    expect(await quiet.leases.closeOrphans()).toBe(1);
    await gone.log('CA3', aCall().slice(0, 6));
    await place.allAreGone();
    expect(await one.leases.closeOrphans()).toBe(1);

    expect(await one.leases.takeUp(0, [])).toEqual([]);
    for (const callId of ['CA1', 'CA2', 'CA3'])
      expect((await one.events(callId)).at(-1)).toMatchObject({ type: 'ended' });
  });

  it('is found again by the same process, some at a time, but for what it has in hand', async () => {
    const one = aProcess('one');
    const callIds = Array.from({ length: 12 }, (_, n) => `CA${n + 10}`);
    for (const callId of callIds) await one.log(callId, aWholeCall());

    const inHand: string[] = ['CA10', 'CA14'];
    for (const count of [5, 5, 0]) {
      const taken = await one.leases.takeUp(0, inHand);
      expect(taken).toHaveLength(count);
      inHand.push(...taken);
    }
    expect(inHand.sort()).toEqual(callIds);
  });

  it('does not come back when it was deleted', async () => {
    const [gone, one] = [aProcess('gone'), aProcess('one')];
    await gone.log('CA1', aWholeCall());
    await place.allAreGone();
    expect(await one.leases.takeUp(0, [])).toEqual(['CA1']);
    await one.delete('CA1');
    const summary = { type: 'summarised', summary: 's', fields: {}, seq: ended + 3, atMs: 12_000 } as const;
    const late = { type: 'noted', text: 'n', seq: ended + 6, atMs: 12_500 } as const;
    await one.log('CA1', [summary, told(ended + 4)]);
    await one.log('CA1', [told(ended + 5)]);
    await one.log('CA1', [late]);

    expect(await one.card('CA1')).toBeNull();
    expect(await one.events('CA1')).toEqual([]);
  });

  it('has its process heard of no longer than there is something to do', async () => {
    const [one, other] = [aProcess('one'), aProcess('other')];
    await one.log('CAdeleted', aWholeCall());
    await one.log('CAlive', aWholeCall().slice(0, 6));
    await one.log('CAleft', aWholeCall());
    one.state.liveCalls = 1;
    const isHeardOf = async () => {
      await place.allAreGone();
      await one.leases.beat();
      return (await other.leases.takeUp(0, [])).length === 0;
    };

    expect(await isHeardOf()).toBe(true);
    await one.leases.takeUp(0, ['CAdeleted', 'CAleft']);
    one.state.liveCalls = 0;
    expect(await isHeardOf()).toBe(true);
    one.leases.forget('CAdeleted');
    expect(await isHeardOf()).toBe(true);
    await one.leases.takeUp(SEED_WALL_MS + 1, []);
    expect(await isHeardOf()).toBe(false);
  });

  it('is taken up in the end, though the store fails at any moment in between', async () => {
    const gone = aProcess('gone');
    for (let failing = 1, wasReached = true; wasReached; failing++) {
      const callIds = [`CA${failing}a`, `CA${failing}b`];
      for (const callId of callIds) await gone.log(callId, aWholeCall());
      await place.allAreGone();
      const one = aProcess(`one${failing}`);
      const store = vi.spyOn(HeldStore.prototype, 'use');
      const { use } = heldStore;
      let count = 0;
      store.mockImplementation(function (this: HeldStore, work) {
        return ++count === failing
          ? Promise.reject(new StoreTrouble('store_failed', 'as wanted'))
          : use.call(this, work);
      });

      const taken = [...(await one.leases.takeUp(0, []).catch(() => []))];
      wasReached = count >= failing;
      store.mockRestore();
      taken.push(...(await one.leases.takeUp(0, taken)));

      expect([failing, taken.sort()]).toEqual([failing, callIds]);
      for (const callId of callIds) {
        const last = (await one.events(callId)).at(-1)?.seq ?? 0;
        await one.log(callId, [told(last + 1)]);
      }
    }
  });

  it('is not thought to be left by a process that has but this to do', async () => {
    const [busy, one] = [aProcess('busy'), aProcess('one')];
    await busy.log('CA1', aWholeCall());
    await place.allAreGone();
    await busy.leases.beat();

    expect(await one.leases.takeUp(0, [])).toEqual([]);
  });
});
