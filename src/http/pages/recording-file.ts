import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { MULAW_DECODED } from '../../audio/g711.ts';
import { readWav } from '../../audio/wav.ts';

/** Where in a recording's file the sound is. */
interface RecordingLayout {
  readonly dataAt: number;
  readonly sampleRate: number;
  readonly durationMs: number;
}

/** Null for what is no two-sided recording in μ-law, or has only just been begun. */
async function layoutOf(path: string): Promise<RecordingLayout | null> {
  const file = await open(path);
  try {
    const head = new Uint8Array(HEAD_BYTES);
    const { bytesRead } = await file.read(head, 0, HEAD_BYTES, 0);
    const { encoding, channels, sampleRate, data } = readWav(head.subarray(0, bytesRead));
    if (encoding !== 'mulaw' || channels !== 2) return null;
    const { size } = await file.stat();
    const dataAt = data.byteOffset;
    return { dataAt, sampleRate, durationMs: ((size - dataAt) / 2 / sampleRate) * 1000 };
  } catch {
    return null;
  } finally {
    await file.close();
  }
}

/** What the caller sounded like for a while, in μ-law; null where there is no such recording. */
export async function callerSound(path: string, fromMs: number, untilMs: number): Promise<Buffer | null> {
  const layout = await layoutOf(path);
  if (!layout) return null;
  const sampleAt = (ms: number) =>
    Math.round((Math.min(Math.max(0, ms), layout.durationMs) * layout.sampleRate) / 1000);
  const [from, until] = [sampleAt(fromMs), sampleAt(Math.min(untilMs, fromMs + LONGEST_MS))];
  const both = Buffer.alloc(Math.max(0, until - from) * 2);
  const file = await open(path);
  try {
    const { bytesRead } = await file.read(both, 0, both.length, layout.dataAt + 2 * from);
    return Buffer.from(both.subarray(0, bytesRead).filter((_, at) => at % 2 === 0));
  } finally {
    await file.close();
  }
}

const HEAD_BYTES = 4_096;
/** Nobody talks for longer without a breath. */
const LONGEST_MS = 120_000;

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
