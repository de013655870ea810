import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMulaw } from '../../src/audio/g711.ts';
import type { Kernel } from '../../src/audio/kernel/kernel.ts';
import { Downsampler, type Transcoder, Upsampler } from '../../src/audio/transcode.ts';
import { KERNELS } from './support/kernels.ts';
import { differsAt, noiseBytes, pcmSamples } from './support/signals.ts';

interface Way {
  readonly way: string;
  readonly create: (kernel: Kernel) => Transcoder;
  /** Bytes in, and bytes out, for 1/8000 s. */
  readonly stepIn: number;
  readonly stepOut: number;
  readonly samplesOf: (output: Uint8Array) => Int16Array;
}

const WAYS: readonly Way[] = [
  { way: 'up', create: (kernel) => new Upsampler(kernel), stepIn: 1, stepOut: 6, samplesOf: pcmSamples },
  { way: 'down', create: (kernel) => new Downsampler(kernel), stepIn: 6, stepOut: 1, samplesOf: decodeMulaw },
];

const EVERY_CASE = KERNELS.flatMap((kernel) => WAYS.map((way) => ({ ...way, kernel, name: kernel.name })));

describe.each(EVERY_CASE)(
  'a stream $way ($name kernel)',
  ({ kernel, create, stepIn, stepOut, samplesOf }) => {
    const SECOND = noiseBytes(8000 * stepIn);

    it.each([1, 2, 3, 5, 7, 159, 160, 161, 320, 957, 960, 4801, 9600])(
      'S2: gives the same bytes in pieces of %i as all at once',
      (piece) => {
        const atOnce = create(kernel).push(SECOND);

        expect(
          differsAt(
            inPieces(create(kernel), SECOND, () => piece),
            atOnce,
          ),
        ).toBeNull();
      },
    );

    it('S2: any split of the input gives bit-identical output', () => {
      const whole = SECOND.subarray(0, 700 * stepIn + stepIn - 1);
      const atOnce = create(kernel).push(whole);

      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 40 }), (pieces) => {
          let turn = 0;
          const next = (): number => pieces[turn++ % pieces.length] || 1;

          expect(differsAt(inPieces(create(kernel), whole, next), atOnce)).toBeNull();
        }),
      );
    });

    it('S2: takes ten seconds at once as well as frame by frame', () => {
      const tenSeconds = noiseBytes(80_000 * stepIn, 7);

      const atOnce = create(kernel).push(tenSeconds);

      expect(
        Buffer.compare(
          inPieces(create(kernel), tenSeconds, () => 160 * stepIn),
          atOnce,
        ),
      ).toBe(0);
    });

    it('gives out all that can be said after every push', () => {
      const transcoder = create(kernel);
      let bytesIn = 0;
      let bytesOut = 0;

      for (let piece = 0; piece < 100; piece++) {
        bytesIn += piece;
        bytesOut += transcoder.push(SECOND.subarray(0, piece)).length;

        expect(bytesOut).toBe(Math.floor(bytesIn / stepIn) * stepOut);
      }
    });

    it('makes nothing of nothing', () => {
      const transcoder = create(kernel);

      expect(transcoder.push(new Uint8Array(0))).toHaveLength(0);
      expect(transcoder.flush()).toHaveLength(0);
    });

    it('keeps two streams apart that speak in turns', () => {
      const [one, other] = [create(kernel), create(kernel)];
      const otherSound = noiseBytes(SECOND.length, 99);
      const [heardOfOne, heardOfOther]: [Uint8Array[], Uint8Array[]] = [[], []];

      for (let at = 0; at < SECOND.length; at += 333) {
        heardOfOne.push(one.push(SECOND.subarray(at, at + 333)));
        heardOfOther.push(other.push(otherSound.subarray(at, at + 333)));
      }

      expect(differsAt(joined(heardOfOne), create(kernel).push(SECOND))).toBeNull();
      expect(differsAt(joined(heardOfOther), create(kernel).push(otherSound))).toBeNull();
    });

    it('leaves its input alone', () => {
      const input = SECOND.slice();

      const transcoder = create(kernel);
      transcoder.push(input);
      transcoder.flush();

      expect(differsAt(input, SECOND)).toBeNull();
    });

    it('reads its input from any place in a larger memory', () => {
      const larger = new Uint8Array(SECOND.length + 3);
      larger.set(SECOND, 3);

      expect(differsAt(create(kernel).push(larger.subarray(3)), create(kernel).push(SECOND))).toBeNull();
    });

    it('gives fresh memory, which no later push writes to', () => {
      const transcoder = create(kernel);
      const first = transcoder.push(SECOND.subarray(0, 160 * stepIn));
      const asGiven = first.slice();

      transcoder.push(SECOND.subarray(160 * stepIn));

      expect(differsAt(first, asGiven)).toBeNull();
    });

    it('owes nothing after a flush: 31 steps bring out all that was on its way', () => {
      const loud = create(kernel);
      const untilNow = loud.push(SECOND);

      const rest = loud.flush();

      const silence = new Uint8Array(100 * stepIn).fill(stepIn === 1 ? 0xff : 0);
      const followed = create(kernel).push(joined([SECOND, silence]));
      expect(rest).toHaveLength(31 * stepOut);
      expect(
        differsAt(joined([untilNow, rest]), followed.subarray(0, untilNow.length + rest.length)),
      ).toBeNull();
      expect(new Set(samplesOf(followed.subarray(untilNow.length + rest.length)))).toEqual(new Set([0]));
    });

    it.each(['flush', 'reset'] as const)('begins anew after a %s', (ending) => {
      const used = create(kernel);
      used.push(SECOND.subarray(0, 1001));

      used[ending]();

      expect(differsAt(used.push(SECOND), create(kernel).push(SECOND))).toBeNull();
    });
  },
);

describe.each(KERNELS)('a sound that ends in the middle of a step ($name kernel)', (kernel) => {
  it.each([
    { left: 2, codes: 32 },
    { left: 4, codes: 32 },
    { left: 6, codes: 32 },
  ])('is flushed whole with $left bytes of its last step', ({ left, codes }) => {
    const loud = new Uint8Array(left).fill(0x7f);

    const downsampler = new Downsampler(kernel);
    const heard = joined([downsampler.push(loud), downsampler.flush()]);

    const filledUp = joined([loud, new Uint8Array(31 * 6 + 6 - left)]);
    expect(heard).toHaveLength(codes);
    expect(differsAt(heard, new Downsampler(kernel).push(filledUp))).toBeNull();
  });

  it.each([3, 5])('leaves out the half sample when %i bytes remain', (left) => {
    const loud = new Uint8Array(left).fill(0x7f);
    const [cut, whole] = [new Downsampler(kernel), new Downsampler(kernel)];

    const heard = joined([cut.push(loud), cut.flush()]);

    expect(differsAt(heard, joined([whole.push(loud.subarray(0, left - 1)), whole.flush()]))).toBeNull();
  });
});

function inPieces(transcoder: Transcoder, bytes: Uint8Array, nextPiece: () => number): Uint8Array {
  const outputs: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const piece = nextPiece();
    outputs.push(transcoder.push(bytes.subarray(at, at + piece)));
    at += piece;
  }
  return joined(outputs);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
