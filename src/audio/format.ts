/**
 * How sound is written in bytes. Always mono.
 *
 * - `pcmu`: G.711 μ-law at 8 kHz, the telephone's own.
 * - `pcm24`: 16-bit little-endian PCM at 24 kHz, the speech model's own.
 */
export type AudioFormat = 'pcmu' | 'pcm24';

/** The length of the frame that telephones think in. */
export const FRAME_MS = 20;

const BYTES_PER_MS = { pcmu: 8, pcm24: 48 } as const satisfies Record<AudioFormat, number>;

export function bytesPerMs(format: AudioFormat): number {
  return BYTES_PER_MS[format];
}

/** How long these bytes sound, in milliseconds; not rounded. */
export function durationMs(format: AudioFormat, bytes: number): number {
  return bytes / BYTES_PER_MS[format];
}

/** μ-law silence is 0xFF: a buffer of zeros would be a full-scale click. */
const SILENT_BYTE = { pcmu: 0xff, pcm24: 0 } as const satisfies Record<AudioFormat, number>;

export function silence(format: AudioFormat, ms: number): Uint8Array {
  return new Uint8Array(Math.round(ms * BYTES_PER_MS[format])).fill(SILENT_BYTE[format]);
}
