import { open } from 'node:fs/promises';
import { readWav } from '../../audio/wav.ts';

/** Where in a recording's file the sound is. */
export interface RecordingLayout {
  readonly dataAt: number;
  readonly sampleRate: number;
  readonly durationMs: number;
}

/** Null for what is no two-sided recording in μ-law, or has only just been begun. */
export async function layoutOf(path: string): Promise<RecordingLayout | null> {
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
