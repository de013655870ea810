import { describe, expect, it } from 'vitest';
import { HealthBoard, type LogHealth } from '../../src/journal/health.ts';
import { EventWriter, WRITER_LIMITS, type WriterLimits } from '../../src/journal/spool-writer.ts';
import { ALL_KEPT, type Appended, type Lease } from '../../src/ports/journal.ts';
import type { StoredEvent } from '../../src/ports/store.ts';
import { StoreTrouble, type TroubleReason } from '../../src/stores/shared/trouble.ts';
import { TestClock } from '../support/test-clock.ts';

/** A writer, and a store that fails as the test wants. */
function aWriter(limits: Partial<WriterLimits> = {}) {
  const clock = new TestClock();
  const kept: string[] = [];
  const healths: LogHealth[] = [];
  const state = {
    trouble: null as TroubleReason | null,
    poison: -1,
    attempts: 0,
    lost: 0,
    hangs: false,
    answer: ALL_KEPT,
  };
  const fenced: Lease[] = [];
  const append = async (batch: readonly StoredEvent[]): Promise<Appended> => {
    state.attempts++;
    if (state.hangs) await new Promise(() => {});
    if (state.trouble) throw new StoreTrouble(state.trouble, 'as wanted');
    if (batch.some(({ event }) => event.seq === state.poison))
      throw new StoreTrouble('bad_data', 'as wanted');
    const { fenced, moved } = state.answer;
    const isFenced = (callId: string) => fenced.some((lease) => lease.callId === callId);
    kept.push(...batch.flatMap(({ callId, event }) => (isFenced(callId) ? [] : `${callId}/${event.seq}`)));
    return { fenced, moved };
  };
  const health: HealthBoard = new HealthBoard(
    () => writer.waiting,
    (changed) => void healths.push(changed),
    () => clock.wallMs(),
  );
  const writer: EventWriter = new EventWriter(
    {
      append,
      lost(count) {
        state.lost += count;
      },
      fenced: (lease) => void fenced.push(lease),
    },
    clock,
    health,
    { ...WRITER_LIMITS, ...limits },
  );
  /** Lets time pass, and promises with it. */
  const pass = async (ms: number): Promise<void> => {
    for (let step = 0; step < ms; step += 50) {
      clock.advance(50);
      for (let n = 0; n < 10; n++) await Promise.resolve();
    }
  };
  const note = (seq: number, callId = 'CA1', text = ''): void =>
    writer.note(callId, { type: 'caller_said', text, seq, atMs: seq });
  return { writer, clock, kept, healths, state, health, pass, note, fenced };
}

describe('the writer of the call log', () => {
  it('keeps what happens together, a moment later', async () => {
    const { note, pass, kept, state, clock } = aWriter();
    for (let seq = 1; seq <= 20; seq++) note(seq);
    await pass(WRITER_LIMITS.groupMs - 50);
    expect(kept).toEqual([]);
    await pass(50);

    expect(kept).toHaveLength(20);
    expect(state.attempts).toBe(1);
    expect(clock.timers).toBe(0);
  });

  it('says of each journal that is lost that it is, once, and keeps those of other calls', async () => {
    const { writer, note, pass, kept, state, fenced } = aWriter();
    state.answer = { fenced: [{ callId: 'CA1', epoch: 0 }], moved: [] };
    note(1);
    note(1, 'CA2');
    await pass(WRITER_LIMITS.groupMs);
    note(2);
    note(2, 'CA2');
    await pass(WRITER_LIMITS.groupMs);

    expect(fenced).toEqual([{ callId: 'CA1', epoch: 0 }]);
    expect(kept).toEqual(['CA2/1', 'CA2/2']);
    expect(writer.waiting).toBe(0);
  });

  it('gives a call that has rung before the numbers that its journal has for it', async () => {
    const { note, pass, kept, state } = aWriter();
    state.answer = { fenced: [], moved: [{ from: { callId: 'CA1', epoch: 0 }, epoch: 3 }] };
    note(1);
    await pass(WRITER_LIMITS.groupMs);
    state.answer = ALL_KEPT;
    note(2);
    note(2, 'CA2');
    await pass(WRITER_LIMITS.groupMs);

    expect(kept).toEqual(['CA1/1', 'CA1/3000002', 'CA2/2']);
  });

  it('says that all is kept that was noted until then, though more is noted all the time', async () => {
    const { writer, note, pass, state } = aWriter();
    state.trouble = 'store_locked';
    note(1);
    let isSettled = false;
    void writer.settled().then(() => {
      isSettled = true;
    });
    for (let seq = 2; seq < 20; seq++) {
      if (seq === 10) expect(isSettled).toBe(false);
      if (seq === 10) state.trouble = null;
      note(seq);
      await pass(400);
    }

    expect(isSettled).toBe(true);
  });

  it('keeps everything in order once a store that was locked comes back', async () => {
    const { note, pass, kept, state, healths } = aWriter();
    state.trouble = 'store_locked';
    for (let seq = 1; seq <= 50; seq++) {
      note(seq);
      await pass(500);
    }
    expect(kept).toEqual([]);
    expect(state.attempts).toBeLessThan(20);
    state.trouble = null;
    await pass(3_000);

    expect(kept).toEqual(Array.from({ length: 50 }, (_, n) => `CA1/${n + 1}`));
    expect(healths).toEqual([
      {
        status: 'degraded',
        troubles: ['store_locked'],
        waitingEvents: 1,
        because: 'as wanted',
        sinceWallMs: expect.any(Number),
      },
      { status: 'ok' },
    ]);
  });

  it('says that a store is slow, and goes on taking what happens', async () => {
    const { writer, note, pass, state, health } = aWriter();
    state.hangs = true;
    note(1);
    await pass(2_500);
    for (let seq = 2; seq <= 100; seq++) note(seq);
    await pass(1_000);

    expect(state.attempts).toBe(1);
    expect(writer.waiting).toBe(100);
    expect(health.health).toMatchObject({ status: 'degraded', troubles: ['store_slow'] });
  });

  it('loses what comes when its memory is used up, says how much, and nothing else', async () => {
    const { writer, note, pass, kept, state, health } = aWriter({ mostBytes: 100_000 });
    state.trouble = 'store_unreachable';
    for (let seq = 1; seq <= 200; seq++) note(seq, 'CA1', 'x'.repeat(500));
    await pass(500);
    expect(health.health).toMatchObject({
      troubles: expect.arrayContaining(['store_unreachable', 'spool_full']),
    });
    const held = writer.waiting;
    state.trouble = null;
    await pass(3_000);

    expect(held).toBeGreaterThan(50);
    expect(kept).toHaveLength(held);
    expect(state.lost).toBe(200 - held);
    expect(health.health).toEqual({ status: 'ok' });
  });

  it('does not let one event that no store takes hold up the others', async () => {
    const { note, pass, kept, state } = aWriter();
    state.poison = 37;
    for (let seq = 1; seq <= 100; seq++) note(seq);
    await pass(2_000);

    expect(kept).toHaveLength(99);
    expect(kept).not.toContain('CA1/37');
    expect(state.lost).toBe(1);
  });

  it('keeps nothing more of a call that was deleted', async () => {
    const { writer, note, pass, kept } = aWriter();
    note(1, 'CA1');
    note(1, 'CA2');
    writer.forget('CA1');
    note(2, 'CA1');
    await pass(200);

    expect(kept).toEqual(['CA2/1']);
  });

  it('says when everything is kept, and when that takes too long', async () => {
    const { writer, note, pass, state } = aWriter();
    expect(await writer.flush(1_000)).toBe(true);
    note(1);
    const soon = writer.flush(1_000);
    await pass(50);
    expect(await soon).toBe(true);

    state.trouble = 'store_full';
    note(2);
    const never = writer.flush(1_000);
    await pass(1_500);
    expect(await never).toBe(false);
  });
});
