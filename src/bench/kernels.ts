import { bytesPerMs, FRAME_MS } from '../audio/format.ts';
import { createPlainKernel, type Kernel } from '../audio/kernel/kernel.ts';
import { Downsampler, KERNEL, Upsampler } from '../audio/transcode.ts';
import { systemClock } from '../ports/clock.ts';
import { dtmfTone } from './dtmf-tone.ts';

/** What changing the sample rate of one frame costs each way, with the kernel in use and with the one to fall back on. */
export function kernelLine(frames = 5_000): string {
  const kernels: readonly Kernel[] = KERNEL.name === 'plain' ? [KERNEL] : [KERNEL, createPlainKernel()];
  const figures = kernels.map((kernel) => {
    const upUs = microsecondsEach(frames, new Upsampler(kernel), TONE);
    const downUs = microsecondsEach(frames, new Downsampler(kernel), new Upsampler(kernel).push(TONE));
    const share = (upUs + downUs) / (FRAME_MS * 10); // of a core, in hundredths
    return `${kernel.name} ${upUs.toFixed(1)} + ${downUs.toFixed(1)} (${share.toFixed(3)} % of a core per call)`;
  });
  return `µs for one frame up + down: ${figures.join('; ')}`;
}

/** The best of a few rounds: the others were disturbed, or not compiled yet. */
function microsecondsEach(
  frames: number,
  resampler: { push(bytes: Uint8Array): Uint8Array },
  frame: Uint8Array,
): number {
  const rounds = Array.from({ length: ROUNDS }, () => {
    const startedAt = systemClock.now();
    for (let i = 0; i < frames; i++) resampler.push(frame);
    return ((systemClock.now() - startedAt) * 1000) / frames;
  });
  return Math.min(...rounds);
}

const ROUNDS = 5;

/** Sound rather than silence: of nothing but zeros the engine makes whole numbers, and is half as quick with them. */
const TONE = dtmfTone('5').slice(0, FRAME_MS * bytesPerMs('pcmu'));
