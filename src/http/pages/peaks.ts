import { createReadStream } from 'node:fs';
import { MULAW_DECODED } from '../../audio/g711.ts';
import { layoutOf } from './recording-file.ts';

/** How loud both sides were, stretch by stretch: what a waveform is drawn from. 0 to 100. */
export interface Peaks {
  readonly durationMs: number;
  readonly perSecond: number;
  readonly caller: readonly number[];
  readonly agent: readonly number[];
}

/**
 * Reads the peaks of a recording, a piece at a time: browsers would unpack an hour of it into a
 * gigabyte to draw the same picture, and this process has calls to carry between the pieces.
 */
export async function peaksOf(path: string): Promise<Peaks | null> {
  const layout = await layoutOf(path);
  if (!layout) return null;
  const { dataAt, sampleRate, durationMs } = layout;
  const perSecond = Math.max(
    1,
    Math.min(MOST_PER_SECOND, Math.floor(MOST_PEAKS / Math.max(1, durationMs / 1000))),
  );
  const perPeak = 2 * Math.round(sampleRate / perSecond);
  const lanes: [number[], number[]] = [[], []];
  let [at, left, right] = [0, 0, 0];
  for await (const piece of createReadStream(path, { start: dataAt, highWaterMark: PIECE_BYTES })) {
    for (const code of piece as Uint8Array) {
      const loudness = Math.abs(MULAW_DECODED[code] ?? 0);
      if (at % 2 === 0) left = Math.max(left, loudness);
      else right = Math.max(right, loudness);
      at += 1;
      if (at % perPeak !== 0) continue;
      lanes[0].push(Math.round((left * 100) / LOUDEST));
      lanes[1].push(Math.round((right * 100) / LOUDEST));
      left = right = 0;
    }
  }
  return {
    durationMs: (at / 2 / sampleRate) * 1000,
    perSecond: (2 * sampleRate) / perPeak,
    caller: lanes[0],
    agent: lanes[1],
  };
}

const PIECE_BYTES = 64 * 1024;
const MOST_PER_SECOND = 50;
/** An hour of call at five a second: more than any screen is wide. */
const MOST_PEAKS = 18_000;
const LOUDEST = 32_124;
