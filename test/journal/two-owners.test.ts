import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HealthBoard } from '../../src/journal/health.ts';
import { EventWriter } from '../../src/journal/spool-writer.ts';
import { AFTER_THE_END, type CallEvent, type CallFact } from '../../src/ports/facts.ts';
import { EPOCH_SPAN, epochOf, inEpoch, isSameLease, type Lease } from '../../src/ports/journal.ts';
import type { StoredEvent } from '../../src/ports/store.ts';
import { StoreTrouble } from '../../src/stores/shared/trouble.ts';
import { openSqliteStore, type SqliteStore } from '../../src/stores/sqlite/open.ts';
import { rang } from '../support/logged-calls.ts';
import { aFolder } from '../support/temp-folder.ts';
import { TestClock } from '../support/test-clock.ts';

/** What may happen to two processes that share a log; `who` is one of them, `call` one of few calls. */
type Step =
  | { readonly does: 'ring' | 'talk' | 'end' | 'add_news' | 'resume' | 'close'; readonly call: string }
  | { readonly does: 'lose_store' | 'find_store' | 'lose_answer' }
  | { readonly does: 'pass'; readonly ms: number };
type History = readonly { readonly who: 0 | 1; readonly step: Step }[];

const CALLS = ['CA1', 'CA2'] as const;
const onCall = (does: 'ring' | 'talk' | 'end' | 'add_news' | 'resume' | 'close') =>
  fc.record({ does: fc.constant(does), call: fc.constantFrom(...CALLS) });
const histories: fc.Arbitrary<History> = fc.array(
  fc.record({
    who: fc.constantFrom(0, 1),
    step: fc.oneof(
      { weight: 3, arbitrary: onCall('ring') },
      { weight: 6, arbitrary: onCall('talk') },
      { weight: 2, arbitrary: onCall('end') },
      { weight: 1, arbitrary: onCall('add_news') },
      { weight: 2, arbitrary: onCall('resume') },
      { weight: 1, arbitrary: onCall('close') },
      { weight: 3, arbitrary: fc.constant({ does: 'lose_store' } as const) },
      { weight: 3, arbitrary: fc.constant({ does: 'find_store' } as const) },
      { weight: 2, arbitrary: fc.constant({ does: 'lose_answer' } as const) },
      {
        weight: 6,
        arbitrary: fc.record({ does: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 4_000 }) }),
      },
    ),
  }),
  { minLength: 5, maxLength: 60 },
);

/** A call as its process has it: everything that it has noted, by the words it was noted with. */
interface Live extends Lease {
  count: number;
  isOver: boolean;
  /** Null: it was acquired. */
  readonly rangAt: number | null;
  readonly noted: string[];
}

class Process {
  readonly name: string;
  readonly writer: EventWriter;
  readonly store: SqliteStore;
  readonly lives: Live[] = [];
  /** Journals that it has been told it lost. */
  readonly lost: Lease[] = [];
  readonly #clock: TestClock;
  isAway = false;
  losesAnswer = false;

  constructor(name: string, directory: string, clock: TestClock) {
    this.name = name;
    this.#clock = clock;
    this.store = openSqliteStore(directory, { owner: name, wallMs: () => clock.wallMs() }).store;
    const health: HealthBoard = new HealthBoard(
      () => 0,
      () => {},
      () => clock.wallMs(),
    );
    const parts = {
      append: (batch: readonly StoredEvent[]) => this.#append(batch),
      lost: () => expect.unreachable('an event was given up'),
      fenced: (lease: Lease) => this.#letGo(lease),
    };
    this.writer = new EventWriter(parts, clock, health);
  }

  find(callId: string): Live | undefined {
    return this.lives.findLast((life) => life.callId === callId);
  }

  ring(callId: string): void {
    const before = this.find(callId);
    if (before && !before.isOver) return; // the same call, asked for again
    const epoch = before ? before.epoch + 1 : 0;
    const life = { callId, epoch, count: 0, isOver: false, rangAt: this.#clock.wallMs(), noted: [] };
    this.lives.push(life);
    this.#note(life, rang({ wallMs: this.#clock.wallMs(), agent: `${this.name} ${this.lives.length}` }));
  }

  talk(callId: string): void {
    const life = this.find(callId);
    if (life && !life.isOver)
      this.#note(life, { type: 'caller_said', text: `${this.name} ${this.lives.length} ${life.count}` });
  }

  end(callId: string): void {
    const life = this.find(callId);
    if (!life || life.isOver) return;
    this.#note(life, { type: 'ended', reason: 'caller_hung_up' });
    life.isOver = true;
  }

  /** A tool was still at work. */
  addNews(callId: string): void {
    const life = this.find(callId);
    if (life?.isOver) this.#note(life, { type: 'noted', text: `${this.name} ${life.count}` });
  }

  /** Takes a call over from whoever has it, and goes on with it or gives it its end. */
  async acquire(callId: string, goesOn: boolean): Promise<void> {
    const before = this.find(callId);
    if (this.isAway || (before && !before.isOver)) return;
    const events = await this.store.events(callId);
    const epoch = epochOf(events.at(-1)?.seq ?? 0);
    const opening = goesOn ? [] : [{ type: 'ended', reason: 'failed', atMs: 0 } as const];
    const lease = await this.store.acquire({ callId, epoch }, opening);
    if (lease) this.lives.push({ ...lease, count: opening.length, isOver: !goesOn, rangAt: null, noted: [] });
  }

  #note(life: Live, fact: CallFact): void {
    if (this.lost.some((lease) => isSameLease(lease, life))) return; // as a journal that was let go of
    const event: CallEvent = { ...fact, seq: life.epoch * EPOCH_SPAN + ++life.count, atMs: life.count };
    life.noted.push(wordsOf(event));
    this.writer.note(life.callId, event);
  }

  #letGo(lease: Lease): void {
    expect(this.lost.some((other) => isSameLease(other, lease))).toBe(false);
    this.lost.push(lease);
    for (const life of this.lives) if (isSameLease(life, lease)) life.isOver = true;
  }

  async #append(batch: readonly StoredEvent[]) {
    if (this.isAway) throw new StoreTrouble('store_unreachable', 'as wanted');
    const appended = await this.store.append(batch);
    if (!this.losesAnswer) return appended;
    this.losesAnswer = false;
    throw new StoreTrouble('store_unreachable', 'as wanted: it was done, and nobody heard of it');
  }
}

/** What was noted, whatever number it got. */
function wordsOf(event: CallEvent): string {
  const { seq: _, ...rest } = inEpoch(event, 0);
  return JSON.stringify(rest);
}

async function live(history: History): Promise<void> {
  const clock = new TestClock();
  const directory = aFolder({}).path;
  const processes = [new Process('A', directory, clock), new Process('B', directory, clock)] as const;
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      clock.advance(Math.min(left, 100));
      for (let n = 0; n < 12; n++) await Promise.resolve();
    }
  };
  try {
    for (const { who, step } of history) {
      await act(processes[who], step, pass);
      clock.advance(1);
    }
    for (const process of processes) {
      process.isAway = false;
      process.losesAnswer = false;
    }
    await pass(10_000);
    expect(processes.map(({ writer }) => writer.waiting)).toEqual([0, 0]);
    for (const callId of CALLS) await expectWhole(callId, processes);
  } finally {
    for (const { store } of processes) await store.close();
  }
}

function act(process: Process, step: Step, pass: (ms: number) => Promise<void>): void | Promise<void> {
  switch (step.does) {
    case 'ring':
      return process.ring(step.call);
    case 'talk':
      return process.talk(step.call);
    case 'end':
      return process.end(step.call);
    case 'add_news':
      return process.addNews(step.call);
    case 'resume':
      return process.acquire(step.call, true);
    case 'close':
      return process.acquire(step.call, false);
    case 'lose_store':
      process.isAway = true;
      return;
    case 'find_store':
      process.isAway = false;
      return;
    case 'lose_answer':
      process.losesAnswer = true;
      return;
    case 'pass':
      return pass(step.ms);
  }
}

async function expectWhole(callId: string, processes: readonly Process[]): Promise<void> {
  const events = (await processes[0]?.store.events(callId)) ?? [];
  const words = events.map(wordsOf);
  const lives = processes.flatMap((process) =>
    process.lives
      .filter((life) => life.callId === callId)
      .map((life) => ({ life, isLost: process.lost.some((lease) => isSameLease(lease, life)) })),
  );

  const isAcquired = lives.some(({ life }) => life.rangAt === null);
  const last = lives.toSorted((a, b) => (a.life.rangAt ?? 0) - (b.life.rangAt ?? 0)).at(-1);
  if (!isAcquired && last) expect(last.isLost).toBe(false); // where it rang last, the caller is

  for (const { life, isLost } of lives) {
    const kept = life.noted.filter((word) => words.includes(word));
    // Whoever was not told that it lost its journal has lost nothing of it; the others nothing but the rest.
    expect(kept).toEqual(life.noted.slice(0, isLost ? kept.length : life.noted.length));
  }
  expect(new Set(words.filter((word) => !word.includes('"ended"'))).size).toBe(
    words.filter((word) => !word.includes('"ended"')).length,
  );
  const seqs = events.map(({ seq }) => seq);
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));

  let isOver = false;
  for (const event of events) {
    if (event.type === 'rang') isOver = false;
    else if (isOver) expect(AFTER_THE_END).toContain(event.type);
    if (event.type === 'ended') isOver = true;
  }
  const card = await processes[0]?.store.card(callId);
  if (card) expect(card.endReason !== null).toBe(isOver);
}

it('loses and doubles nothing, ends a call once and numbers upwards, whatever two owners and their stores do', async () => {
  const seed = Number(process.env['OWNERS_SEED'] ?? 1);
  const numRuns = Number(process.env['OWNERS_RUNS'] ?? 100);
  await fc.assert(fc.asyncProperty(histories, live), { seed, numRuns });
}, 120_000);
