import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HeldStore } from '../../src/journal/held-store.ts';
import { Leases } from '../../src/journal/lease.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { EPOCH_SPAN } from '../../src/ports/journal.ts';
import type { SharedStore } from '../../src/stores/shared/shared-store.ts';
import { StoreTrouble } from '../../src/stores/shared/trouble.ts';
import { aWholeCall, stored } from '../support/logged-calls.ts';
import type { StorePlace } from '../support/stores-at-hand.ts';

const TIMES = { beatMs: 1_000, lookMs: 2_000, goneMs: 10_000 };
const PROCESSES = 5;

/** What every store promises to processes that share it: a call's journal is owned, by one of them at a time. */
export function describeJournal(name: string, aPlace: () => Promise<StorePlace>): void {
  describe(`a journal in ${name}`, () => {
    let place: StorePlace;
    let now = 0;
    beforeEach(async () => {
      place = await aPlace();
      now = 0;
    });

    /** One of the processes that share the place, on the test's own clock. Its store can be away. */
    function aProcess(owner: string) {
      const { directory, store } = place;
      const settings = {
        role: 'writer',
        owner,
        directory,
        store,
        deliversWebhooks: false,
        times: TIMES,
      } as const;
      const held = new HeldStore(settings, () => {});
      onTestFinished(() => held.close());
      const state = { isAway: false, hangs: false };
      const use = <T>(work: (log: SharedStore) => Promise<T>): Promise<T> =>
        state.isAway ? Promise.reject(new StoreTrouble('store_unreachable', 'as wanted')) : held.use(work);
      const reachable = Object.assign(Object.create(held), { use });
      const leases = new Leases(reachable, settings, () => 1, { wallMs: Date.now, now: () => now });
      return {
        state,
        use,
        leases,
        append: (callId: string, events: readonly CallEvent[]) => leases.append(stored(callId, events)),
        /** What its thread does by itself. */
        async tick() {
          if (state.hangs) return 0;
          await leases.beat().catch(() => {});
          return leases.closeOrphans().catch(() => 'failed' as const);
        },
        end: () => held.release(),
      };
    }
    type Process = ReturnType<typeof aProcess>;

    /** Lets time pass for all of them; gives how many calls each closed. */
    async function pass(ms: number, ...processes: readonly Process[]): Promise<readonly number[]> {
      const closed = processes.map(() => 0);
      for (const until = now + ms; now < until; ) {
        now += TIMES.lookMs;
        for (const [n, process] of processes.entries()) {
          const calls = await process.tick();
          if (calls !== 'failed') closed[n] = (closed[n] ?? 0) + calls;
        }
      }
      return closed;
    }
    const eventsOf = (process: Process, callId: string) => process.use((log) => log.events(callId));
    const inEpoch = (epoch: number, events: readonly CallEvent[]) =>
      events.map((event) => ({ ...event, seq: event.seq + epoch * EPOCH_SPAN }));

    it('belongs to whoever began the call, and is acquired by one of all that want it', async () => {
      const first = aProcess('first');
      const callIds = Array.from({ length: 20 }, (_, n) => `CA${n}`);
      for (const callId of callIds) await first.append(callId, aWholeCall().slice(0, 6));

      const winners = await raceFor(callIds, place);

      expect(winners.flat().sort()).toEqual([...callIds].sort());
      const { fenced } = await first.leases.append(
        callIds.flatMap((callId) => stored(callId, aWholeCall().slice(6))),
      );
      expect(fenced).toHaveLength(callIds.length);
    }, 60_000);

    it('is refused as a whole to whoever lost it, and other calls of the same batch are kept', async () => {
      const [loser, winner] = [aProcess('loser'), aProcess('winner')];
      const begun = aWholeCall().slice(0, 6);
      for (const callId of ['CA1', 'CA2']) await loser.append(callId, begun);
      expect(await winner.use((log) => log.acquire({ callId: 'CA1', epoch: 0 }, []))).toEqual({
        callId: 'CA1',
        epoch: 1,
      });
      expect(await winner.use((log) => log.acquire({ callId: 'CA1', epoch: 0 }, []))).toBeNull();
      const rest = aWholeCall().slice(6);

      const batch = rest.flatMap((event) => [
        { callId: 'CA1', event },
        { callId: 'CA2', event },
      ]);
      expect(await loser.leases.append(batch)).toEqual({ fenced: [{ callId: 'CA1', epoch: 0 }], moved: [] });

      expect(await eventsOf(winner, 'CA1')).toEqual(begun);
      expect(await eventsOf(winner, 'CA2')).toEqual(aWholeCall());
      await winner.append('CA1', inEpoch(1, rest));
      expect(await eventsOf(winner, 'CA1')).toEqual([...begun, ...inEpoch(1, rest)]);
      expect(await winner.use((log) => log.card('CA1'))).toMatchObject({ endReason: 'caller_hung_up' });
      expect(await winner.use((log) => log.card('CA2'))).toMatchObject({ turns: 2 });
    });

    it('is not taken back by its first owner with what it said before, nor with the same again', async () => {
      const [loser, winner] = [aProcess('loser'), aProcess('winner')];
      await loser.append('CA1', aWholeCall().slice(0, 6));
      await winner.use((log) => log.acquire({ callId: 'CA1', epoch: 0 }, []));

      const { fenced } = await loser.append('CA1', aWholeCall().slice(2, 6));

      expect(fenced).toHaveLength(1);
      expect(await loser.use((log) => log.owns('CA1'))).toBe(false);
      const own = ['CA1', 'CA2', 'nobody'].map((callId) => ({ callId, epoch: 0 }));
      await loser.append('CA2', aWholeCall().slice(0, 6));
      expect(await loser.use((log) => log.lost(own))).toEqual([{ callId: 'CA1', epoch: 0 }]);
      expect(await winner.use((log) => log.owns('CA1'))).toBe(true);
    });

    it('takes no two events of one number', async () => {
      const one = aProcess('one');
      await one.append('CA1', aWholeCall().slice(0, 6));
      const other = { type: 'noted', text: 'another', seq: 6, atMs: 4_000 } as const;

      await expect(one.append('CA1', [other])).rejects.toMatchObject({ reason: 'bad_data' });
      expect(await eventsOf(one, 'CA1')).toEqual(aWholeCall().slice(0, 6));
    });

    it('is not acquired any more when the call is over and told of', async () => {
      const [one, other] = [aProcess('one'), aProcess('other')];
      await one.append('CA1', aWholeCall());

      expect(await other.use((log) => log.acquire({ callId: 'CA1', epoch: 0 }, []))).toBeNull();
      expect(await other.use((log) => log.acquire({ callId: 'nobody', epoch: 0 }, []))).toBeNull();
    });

    it('begins anew, at its first process or another one, when the same call rings again', async () => {
      const [one, other] = [aProcess('one'), aProcess('other')];
      const again = aWholeCall({ wallMs: Date.now(), agent: 'night-desk' });
      await one.append('CA1', aWholeCall());

      const { moved, fenced } = await other.append('CA1', again.slice(0, 6));
      expect({ moved, fenced }).toEqual({
        moved: [{ from: { callId: 'CA1', epoch: 0 }, epoch: 1 }],
        fenced: [],
      });
      expect(await other.append('CA1', again.slice(0, 6))).toEqual({ moved, fenced }); // its answer was lost
      expect(await other.use((log) => log.card('CA1'))).toMatchObject({
        endReason: null,
        agent: 'night-desk',
      });
      const late = { type: 'noted', text: 'late', seq: 19, atMs: 12_500 } as const;
      expect((await one.append('CA1', [late])).fenced).toHaveLength(1);
      await other.append('CA1', inEpoch(1, again.slice(6)));
      const onceMore = aWholeCall({ wallMs: Date.now() + 1 });
      await one.append('CA1', inEpoch(2, onceMore));

      expect(await eventsOf(one, 'CA1')).toEqual([
        ...aWholeCall(),
        ...inEpoch(1, again),
        ...inEpoch(2, onceMore),
      ]);
      expect(await one.use((log) => log.card('CA1'))).toMatchObject({ endReason: 'caller_hung_up' });
    });

    it('begins anew as often as the call rings in one batch, also where another process had it before', async () => {
      const [one, other] = [aProcess('one'), aProcess('other')];
      const times = [1, 2].map((ms) => aWholeCall({ wallMs: Date.now() + ms }));
      await one.append('CA1', aWholeCall());

      await other.leases.append(times.flatMap((events, epoch) => stored('CA1', inEpoch(epoch, events))));

      const kept = await eventsOf(one, 'CA1');
      expect(kept).toEqual([aWholeCall(), ...times].flatMap((events, epoch) => inEpoch(epoch, events)));
    });

    it('is left to whoever it rang at last, though the other comes late with what rang before', async () => {
      const [late, last] = [aProcess('late'), aProcess('last')];
      const second = aWholeCall({ wallMs: Date.now() });
      await last.append('CA1', second.slice(0, 6));

      expect((await late.append('CA1', aWholeCall().slice(0, 6))).fenced).toHaveLength(1);
      expect(await last.append('CA1', second)).toEqual({ fenced: [], moved: [] });
    });

    it('is closed by acquiring it once its owner has been silent for long, and by one process', async () => {
      const [gone, one, other] = [aProcess('gone'), aProcess('one'), aProcess('other')];
      await gone.append('CA1', aWholeCall().slice(0, 6));
      expect(await pass(TIMES.goneMs - TIMES.lookMs, one, other)).toEqual([0, 0]);

      const [byOne = 0, byOther = 0] = await pass(3 * TIMES.lookMs, one, other);

      expect(byOne + byOther).toBe(1);
      expect((await eventsOf(one, 'CA1')).slice(6)).toEqual([
        { type: 'problem', code: 'process_lost', seq: EPOCH_SPAN + 1, atMs: 4_000 },
        { type: 'ended', reason: 'failed', seq: EPOCH_SPAN + 2, atMs: 4_000 },
      ]);
      expect((await gone.append('CA1', aWholeCall().slice(6))).fenced).toHaveLength(1);
    });

    it('is closed for nobody who says that it is there, nor of a process that was seen to hang for a moment', async () => {
      const [there, one] = [aProcess('there'), aProcess('one')];
      await there.append('CA1', aWholeCall().slice(0, 6));
      expect(await pass(4 * TIMES.goneMs, there, one)).toEqual([0, 0]);
      there.state.hangs = true;
      expect(await pass(TIMES.goneMs - TIMES.lookMs, there, one)).toEqual([0, 0]);
      there.state.hangs = false;
      expect(await pass(2 * TIMES.goneMs, there, one)).toEqual([0, 0]);
      there.state.hangs = true; // the thread that carries its sound does, for good

      expect((await pass(2 * TIMES.goneMs, there, one))[1]).toBe(1);
    });

    it('is not closed for one grace period after the own store was away, or the process slept', async () => {
      const [there, one] = [aProcess('there'), aProcess('one')];
      await there.append('CA1', aWholeCall().slice(0, 6));
      await pass(TIMES.goneMs, there, one);
      for (const isAsleep of [false, true]) {
        for (const { state } of [there, one]) state.isAway = true; // nobody can say that it is there
        if (isAsleep) now += 10 * TIMES.goneMs;
        else await pass(10 * TIMES.goneMs, there, one);
        for (const { state } of [there, one]) state.isAway = false;

        expect(await pass(TIMES.goneMs - TIMES.lookMs, one)).toEqual([0]); // it is the first to come back
        expect(await pass(3 * TIMES.goneMs, there, one)).toEqual([0, 0]);
      }
      expect(await there.append('CA1', aWholeCall().slice(6))).toEqual({ fenced: [], moved: [] });
    });

    it('is not closed by one that was away alone, when it comes back to its own calls and those of others', async () => {
      const [away, well] = [aProcess('away'), aProcess('well')];
      await away.append('CA1', aWholeCall().slice(0, 6));
      await well.append('CA2', aWholeCall().slice(0, 6));
      await pass(TIMES.goneMs, away, well);
      away.state.isAway = true;
      await pass(TIMES.goneMs - 2 * TIMES.lookMs, away, well);
      away.state.isAway = false;

      expect(await pass(3 * TIMES.goneMs, away, well)).toEqual([0, 0]);
      for (const [process, callId] of [
        [away, 'CA1'],
        [well, 'CA2'],
      ] as const)
        expect((await process.append(callId, aWholeCall().slice(6))).fenced).toEqual([]);
    });

    it('of a process that has stopped is free at once', async () => {
      const [stopping, one] = [aProcess('stopping'), aProcess('one')];
      await stopping.append('CA1', aWholeCall().slice(0, 6));
      await pass(TIMES.lookMs, stopping, one);

      await stopping.end();

      expect(await pass(TIMES.lookMs, one)).toEqual([1]);
    });

    it('says what the house does with a call, whoever owns it, behind all there is', async () => {
      const [owner, other] = [aProcess('owner'), aProcess('other')];
      await owner.append('CA1', aWholeCall());

      await other.use((log) => log.note('CA1', { type: 'recording', state: 'deleted' }));
      await other.use((log) => log.note('nobody', { type: 'recording', state: 'deleted' }));

      const last = (await eventsOf(owner, 'CA1')).at(-1);
      expect(last).toEqual({ type: 'recording', state: 'deleted', seq: 1_018, atMs: 12_000 });
      const late = { type: 'noted', text: 'late', seq: 19, atMs: 12_500 } as const;
      expect(await owner.append('CA1', [late])).toEqual({ fenced: [], moved: [] });
    });
  });
}

/** Each of some processes wants all of these calls, at the same moment. */
async function raceFor(
  callIds: readonly string[],
  { directory, store }: StorePlace,
): Promise<readonly (readonly string[])[]> {
  const program = fileURLToPath(new URL('../support/acquiring-process.ts', import.meta.url));
  const processes = Array.from({ length: PROCESSES }, (_, n) => {
    const wanted = JSON.stringify({ owner: `racer ${n}`, directory, store, callIds });
    const child = spawn(process.execPath, [program, wanted], { stdio: ['pipe', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    return { child, lines };
  });
  for (const { lines } of processes) await lines.next(); // it is ready
  for (const { child } of processes) child.stdin.write('go\n');
  return Promise.all(
    processes.map(
      async ({ lines }): Promise<readonly string[]> => JSON.parse(String((await lines.next()).value)),
    ),
  );
}
