import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createSimdKernel, DOWN_TAPS, UP_TAPS } from '../../../src/audio/kernel/kernel.ts';
import { chooseKernel, Downsampler, KERNEL, Upsampler } from '../../../src/audio/transcode.ts';
import { downByFormula, upByFormula } from '../support/formula.ts';
import { KERNELS } from '../support/kernels.ts';
import { differsAt, noiseBytes, pcmBytes, pcmSamples } from '../support/signals.ts';

describe.each(KERNELS)('the $name kernel', (kernel) => {
  it('computes the formula of the upsampler to the bit', () => {
    const codes = noiseBytes(3000);

    expect(differsAt(pcmSamples(new Upsampler(kernel).push(codes)), upByFormula(codes))).toBeNull();
  });

  it('computes the formula of the downsampler to the bit', () => {
    const samples = pcmSamples(noiseBytes(18_000));

    expect(differsAt(new Downsampler(kernel).push(pcmBytes(samples)), downByFormula(samples))).toBeNull();
  });

  // The sign of each sample is that of the tap it meets: no other signal makes a sum as large.
  it.each([1, -1])('stays within 32 bits for the worst signal there is, with sign %i', (sign) => {
    const loudestUp = [0, 1, 2].flatMap((phase) => {
      const taps = UP_TAPS.filter((_, at) => at % 3 === phase).toReversed();
      return taps.map((tap) => (tap * sign < 0 ? 0x00 : 0x80));
    });
    const loudestDown = DOWN_TAPS.toReversed().map((tap) => (tap * sign < 0 ? -32768 : 32767));

    const codes = Uint8Array.from(loudestUp);
    const samples = Int16Array.from(loudestDown);

    expect(differsAt(pcmSamples(new Upsampler(kernel).push(codes)), upByFormula(codes))).toBeNull();
    expect(differsAt(new Downsampler(kernel).push(pcmBytes(samples)), downByFormula(samples))).toBeNull();
    expect(new Downsampler(kernel).push(pcmBytes(samples)).at(-1)).toBe(sign > 0 ? 0x80 : 0x00);
  });
});

describe('the two kernels', () => {
  const [simd, plain] = KERNELS;

  it('S2: agree on random bytes in random pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 8 }), (pieces) => {
        const [up, upToo] = [new Upsampler(simd), new Upsampler(plain)];
        const [down, downToo] = [new Downsampler(simd), new Downsampler(plain)];
        for (const piece of pieces) {
          expect(differsAt(up.push(piece), upToo.push(piece))).toBeNull();
          expect(differsAt(down.push(piece), downToo.push(piece))).toBeNull();
        }
        expect(differsAt(up.flush(), upToo.flush())).toBeNull();
        expect(differsAt(down.flush(), downToo.flush())).toBeNull();
      }),
    );
  });

  it('agree on full-scale patterns of every period', () => {
    for (let period = 1; period <= 96; period++) {
      const isHigh = (at: number): boolean => at % (2 * period) < period;
      const codes = Uint8Array.from({ length: 400 }, (_, at) => (isHigh(at) ? 0x80 : 0x00));
      const samples = Int16Array.from({ length: 1200 }, (_, at) => (isHigh(at) ? 32767 : -32768));

      expect(differsAt(new Upsampler(simd).push(codes), new Upsampler(plain).push(codes))).toBeNull();
      expect(
        differsAt(
          new Downsampler(simd).push(pcmBytes(samples)),
          new Downsampler(plain).push(pcmBytes(samples)),
        ),
      ).toBeNull();
    }
  });
});

describe('the choice of a kernel', () => {
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it('takes the one with SIMD where the machine has it', () => {
    expect(KERNEL.name).toBe('simd');
  });

  it('falls back to the plain one where WebAssembly does not know SIMD', () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);

    expect(chooseKernel().name).toBe('plain');
  });

  it('falls back to the plain one where there is no WebAssembly', () => {
    vi.stubGlobal('WebAssembly', undefined);

    expect(createSimdKernel()).toBeNull();
    expect(chooseKernel().name).toBe('plain');
  });
});

describe('the coefficients', () => {
  it('are symmetric, so that every frequency is delayed alike', () => {
    expect(UP_TAPS).toEqual(UP_TAPS.toReversed());
    expect(DOWN_TAPS).toEqual(DOWN_TAPS.toReversed());
  });

  it('keep the level of a constant signal: 32768 for each phase up, and down', () => {
    const sum = (taps: readonly number[]): number => taps.reduce((total, tap) => total + tap, 0);

    const sums = [0, 1, 2].map((phase) => sum(UP_TAPS.filter((_, at) => at % 3 === phase)));

    expect(UP_TAPS).toHaveLength(96);
    expect(sums).toEqual([32768, 32768, 32768]);
    expect(DOWN_TAPS).toHaveLength(96);
    expect(sum(DOWN_TAPS)).toBe(32768);
    expect(sum(DOWN_TAPS.map(Math.abs))).toBe(65_212);
  });
});
