import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlayOut } from '../../../src/practice/phone/play-out.ts';

const sound = (ms: number) => new Uint8Array(ms * 8).fill(1);

function aLoudspeaker() {
  const heard: [ms: number, atMs: number][] = [];
  const playOut = new PlayOut((audio, atMs) => heard.push([audio.length / 8, atMs]));
  return { playOut, heard };
}

describe('the loudspeaker of the practice phone', () => {
  it('plays one second per second, and reaches a mark when all before it was heard', () => {
    const { playOut, heard } = aLoudspeaker();
    playOut.arrive(sound(100), 1_000);

    expect(playOut.mark('m1')).toEqual([]);
    expect(playOut.nextMarkAt).toBe(1_100);
    expect([playOut.advance(1_060), playOut.heardMs, playOut.waitingMs]).toEqual([[], 60, 40]);
    expect([playOut.advance(1_100), playOut.heardMs, playOut.isPlaying]).toEqual([['m1'], 100, false]);
    expect(heard).toEqual([
      [60, 1_000],
      [40, 1_060],
    ]);
    expect(playOut.nextMarkAt).toBeNull();
  });

  it('begins anew after a gap, without catching up on it', () => {
    const { playOut, heard } = aLoudspeaker();
    playOut.arrive(sound(20), 0);
    playOut.advance(500);
    playOut.arrive(sound(20), 500);
    playOut.advance(510);

    expect(heard).toEqual([
      [20, 0],
      [10, 500],
    ]);
  });

  it('gives a mark back at once where nothing waits to be heard', () => {
    expect(aLoudspeaker().playOut.mark('m1')).toEqual(['m1']);
  });

  it('forgets what was not heard, and gives back the marks behind it, each once', () => {
    const { playOut } = aLoudspeaker();
    playOut.arrive(sound(100), 0);
    playOut.mark('m1');
    playOut.mark('m2');
    playOut.advance(30);

    expect(playOut.clear()).toEqual(['m1', 'm2']);
    expect([playOut.heardMs, playOut.waitingMs, playOut.advance(1_000)]).toEqual([30, 0, []]);

    playOut.arrive(sound(10), 1_000);
    playOut.mark('m3');
    expect([playOut.nextMarkAt, playOut.advance(1_010)]).toEqual([1_010, ['m3']]);
  });

  it('has heard the same by the end, however often it is told what time it is', () => {
    type Deed = readonly [type: 'sound' | 'mark' | 'clear', afterMs: number];
    const deed = fc.tuple(fc.constantFrom<Deed[0]>('sound', 'sound', 'mark', 'clear'), fc.nat(60));
    const play = (deeds: readonly Deed[], lookEveryMs: number) => {
      const reached: string[] = [];
      const playOut = new PlayOut();
      let now = 0;
      const until = (then: number) => {
        for (let at = now; at < then; at += lookEveryMs) reached.push(...playOut.advance(at));
        reached.push(...playOut.advance(then));
        now = then;
      };
      for (const [n, [type, afterMs]] of deeds.entries()) {
        until(now + afterMs);
        if (type === 'sound') playOut.arrive(sound(20), now);
        else reached.push(...(type === 'mark' ? playOut.mark(`m${n}`) : playOut.clear()));
      }
      until(now + 10_000);
      return { heardMs: playOut.heardMs, reached };
    };
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 30 }), fc.integer({ min: 1, max: 50 }), (deeds, everyMs) => {
        const seldom = play(deeds, Number.POSITIVE_INFINITY);

        expect(play(deeds, everyMs)).toEqual(seldom);
        expect(seldom.reached).toEqual(
          deeds.flatMap(([type], n) => (type === 'mark' ? `m${n}` : [])), // each once, in order
        );
      }),
    );
  });
});
