import { describe, expect, it } from 'vitest';
import { type Descriptors, RoomForCalls } from '../../src/app/room-for-calls.ts';
import { BUSY } from '../../src/carriers/twilio/twiml.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { type Answer, DIAL_DEFAULTS, dial } from '../../src/practice/phone/dial.ts';
import { aHouseProcess } from '../support/a-process.ts';
import { aFolder } from '../support/temp-folder.ts';
import { TestClock } from '../support/test-clock.ts';

describe('a process that may open few files and sockets', () => {
  it('P8: tells thirty callers that all lines are busy, or talks to them', async () => {
    const house = await aHouseProcess(aFolder({}).path, {}, 64);
    try {
      const heard = new Map<number, number>();
      const answers: Answer[] = [];
      for (let wave = 0; wave < 6; wave++) {
        const ring = (_: unknown, nth: number) => {
          const caller = 5 * wave + nth;
          const played = (audio: Uint8Array) => heard.set(caller, (heard.get(caller) ?? 0) + audio.length);
          return dial({ ...DIAL_DEFAULTS, url: house.url }, { played });
        };
        answers.push(...(await Promise.all(Array.from({ length: 5 }, ring))));
      }
      const lines = answers.flatMap((answer) => (answer.kind === 'line' ? [answer.line] : []));
      const words = answers.flatMap((answer) => (answer.kind === 'words' ? answer.says : []));

      expect(lines.length).toBeGreaterThan(0);
      expect(lines.length + words.length).toBe(30);
      expect(new Set(words)).toEqual(new Set([BUSY]));
      while (heard.size < lines.length) await new Promise<void>((resolve) => systemClock.after(50, resolve));
      expect(lines.every(({ isOpen }) => isOpen)).toBe(true);
      for (const line of lines) line.hangUp();

      const next = await untilLetIn(house.url);
      next.hangUp();
    } finally {
      await house.close();
    }
  }, 60_000);

  it('says so, once a minute, and what to do', () => {
    const clock = new TestClock();
    const warnings: unknown[] = [];
    const log = { warn: (...args: unknown[]) => void warnings.push(args) };
    const room = new RoomForCalls(clock, log, { limit: () => 64, open: () => 50 });

    const answers = [room.isThereFor(1, 0), room.isThereFor(1, 0)];
    clock.advance(60_000);
    answers.push(room.isThereFor(1, 0));

    expect(answers).toEqual([false, false, false]);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toEqual([{ limit: 64, open: 50 }, expect.stringContaining('ulimit -n')]);
  });

  it('counts for calls that were let in what they have yet to open', () => {
    const room = new RoomForCalls(new TestClock(), { warn() {} }, { limit: () => 64, open: () => 40 });

    expect([1, 2, 3].map((coming) => room.isThereFor(coming, coming))).toEqual([true, true, false]);
  });

  it.each<[string, Descriptors]>([
    ['the system does not tell', { limit: () => null, open: () => 60 }],
    ['there are plenty', { limit: () => 20_000, open: () => Number.NaN }],
  ])('lets everybody in where %s', (_why, descriptors) => {
    const room = new RoomForCalls(new TestClock(), { warn() {} }, descriptors);

    expect(room.isThereFor(1, 100)).toBe(true);
  });
});

async function untilLetIn(url: string) {
  for (;;) {
    const answer = await dial({ ...DIAL_DEFAULTS, url }, {});
    if (answer.kind === 'line') return answer.line;
    await new Promise<void>((resolve) => systemClock.after(100, resolve));
  }
}
