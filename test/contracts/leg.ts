import { describe, expect, it } from 'vitest';
import type { Leg, LegEvent } from '../../src/ports/leg.ts';

/** Whoever is at the other end of a leg. */
export interface FarEnd {
  /** Twenty milliseconds of sound. */
  says(audio: Uint8Array): void;
  presses(digit: string): void;
  hangsUp(): void;
  /** The line breaks without a word. */
  breaksOff(): void;
  /** All that was heard, byte by byte. */
  heard(): readonly number[];
  /** The house has closed the line. */
  readonly isClosed: boolean;
}

export interface LegRig {
  /** Nobody listens to it yet. */
  readonly leg: Leg;
  readonly phone: FarEnd;
  /** So much time passes at both ends, and what is sent meanwhile arrives. */
  passes(ms: number): Promise<void>;
}

/** What is asked of the leg of every carrier, and of the double that stands in for one. */
export function describeLeg(carrier: string, setUp: () => Promise<LegRig>): void {
  const taken = async () => {
    const rig = await setUp();
    const events: LegEvent[] = [];
    rig.leg.listen((event) => void events.push(event));
    const named = (type: 'mark' | 'pong') =>
      events.flatMap((event) => (event.type === type ? [event.name] : []));
    return { ...rig, events, marks: () => named('mark'), pongs: () => named('pong') };
  };

  describe(`a ${carrier} leg`, () => {
    it('has a name, and the format of a telephone', async () => {
      const { leg } = await setUp();

      expect(leg.id).toMatch(/^[\w-]+$/);
      expect(leg.format).toBe('pcmu');
    });

    it('plays what it is given in order, at one second per second', async () => {
      const { leg, phone, passes } = await taken();

      leg.play(sound(ONE, 1_000));
      leg.play(sound(TWO, 1_000));
      await passes(500);
      const early = phone.heard().length;
      await passes(2_000);

      expect(early).toBeGreaterThan(0);
      expect(early).toBeLessThanOrEqual(520 * 8);
      expect(phone.heard()).toEqual([...sound(ONE, 1_000), ...sound(TWO, 1_000)]);
    });

    it('keeps no hold on the memory of what it was given', async () => {
      const { leg, phone, passes } = await taken();
      const audio = sound(ONE, 200);

      leg.play(audio);
      audio.fill(TWO);
      await passes(300);

      expect(phone.heard()).toEqual([...sound(ONE, 200)]);
    });

    it('gives a mark back when what came before it was heard, and not sooner', async () => {
      const { leg, marks, passes } = await taken();

      leg.play(sound(ONE, 400));
      leg.mark('first');
      leg.play(sound(TWO, 400));
      leg.mark('second');
      await passes(300);
      const before = marks();
      await passes(200);
      const between = marks();
      await passes(500);

      expect([before, between, marks()]).toEqual([[], ['first'], ['first', 'second']]);
    });

    it('gives a mark back at once where nothing is to be heard before it', async () => {
      const { leg, marks, passes } = await taken();

      leg.mark('nothing');
      await passes(40);

      expect(marks()).toEqual(['nothing']);
    });

    it('returns pending marks at once when it is cleared, and plays no more of what it had', async () => {
      const { leg, phone, marks, passes } = await taken();
      leg.play(sound(ONE, 2_000));
      leg.mark('one');
      leg.play(sound(ONE, 2_000));
      leg.mark('two');
      await passes(300);

      leg.clear();
      await passes(40);
      const atOnce = marks();
      leg.play(sound(TWO, 100));
      await passes(1_000);

      expect(atOnce).toEqual(['one', 'two']);
      expect(phone.heard().filter((code) => code === ONE).length).toBeLessThanOrEqual(340 * 8);
      expect(phone.heard().filter((code) => code === TWO)).toHaveLength(100 * 8);
    });

    it('says that all it was sent is there while that still plays, if it can tell', async () => {
      const { leg, marks, pongs, passes } = await taken();
      leg.play(sound(ONE, 2_000));
      leg.mark('heard');

      leg.ping?.('there');
      await passes(60);

      expect(marks()).toEqual([]);
      expect(pongs()).toEqual(leg.ping ? ['there'] : []);
    });

    it('brings the caller’s sound and keys in order, and the time of their line goes on', async () => {
      const { phone, events, passes } = await taken();

      phone.says(sound(ONE, 20));
      phone.says(sound(TWO, 20));
      phone.presses('5');
      phone.presses('#');
      await passes(60);

      const heard = events.filter((event) => event.type === 'audio');
      expect(heard.map(({ audio }) => [...audio])).toEqual([[...sound(ONE, 20)], [...sound(TWO, 20)]]);
      expect((heard[1]?.atMs ?? 0) - (heard[0]?.atMs ?? 0)).toBe(20);
      expect(events.slice(2)).toEqual([
        { type: 'digit', digit: '5' },
        { type: 'digit', digit: '#' },
      ]);
    });

    it('tells whoever takes it late what has happened before', async () => {
      const { leg, phone, passes } = await setUp();
      phone.says(sound(ONE, 20));
      phone.presses('1');
      await passes(60);
      const events: LegEvent[] = [];

      leg.listen((event) => void events.push(event));
      phone.presses('2');
      await passes(60);

      expect(events.map(({ type }) => type)).toEqual(['audio', 'digit', 'digit']);
    });

    it('tells whoever takes it late that it is gone', async () => {
      const { leg, phone, passes } = await setUp();
      phone.hangsUp();
      await passes(60);
      const events: LegEvent[] = [];

      leg.listen((event) => void events.push(event));

      expect(events).toEqual([{ type: 'gone', reason: 'hung_up' }]);
    });

    it('tells once that the caller has hung up, and nothing after that', async () => {
      const { leg, phone, events, passes } = await taken();
      leg.play(sound(ONE, 100));
      leg.mark('too late');

      phone.hangsUp();
      await passes(500);

      expect(events).toEqual([{ type: 'gone', reason: 'hung_up' }]);
    });

    it('tells once that the line broke', async () => {
      const { phone, events, passes } = await taken();

      phone.breaksOff();
      await passes(500);

      expect(events).toEqual([{ type: 'gone', reason: 'lost' }]);
    });

    it('ends the line when it is closed: twice is quiet, and whatever is asked of it then', async () => {
      const { leg, phone, passes } = await taken();

      leg.close();
      leg.close();
      await passes(60);
      leg.play(sound(ONE, 20));
      leg.mark('nobody there');
      leg.ping?.('nobody there');
      leg.clear();
      await passes(60);

      expect(phone.isClosed).toBe(true);
      expect(phone.heard()).toEqual([]);
    });

    it('holds nothing back on a line that takes what it is sent', async () => {
      const { leg, passes } = await taken();

      for (let second = 0; second < 10; second += 1) leg.play(sound(ONE, 1_000));
      await passes(60);

      expect(leg.backlogBytes).toBe(0);
    });
  });
}

/** So much of one μ-law code. */
function sound(code: number, ms: number): Uint8Array {
  return new Uint8Array(ms * 8).fill(code);
}

const ONE = 0x11;
const TWO = 0x22;
