import alawmulaw from 'alawmulaw';
import { decodeMulaw, encodeMulaw } from '../../audio/g711.ts';
import { createTranscoder } from '../../audio/transcode.ts';
import type { WireFormat } from './session-config.ts';

/*
 * Sound as it is on the wire: base64 of one of three formats. Going in it is decoded at its own rate, because ears
 * work at 8 and at 24 kHz alike; going out it always starts as 16-bit samples at 24 kHz.
 */

// The package is one CommonJS object without names that a module could import.
const { alaw } = alawmulaw;

const OUTPUT_RATE = 24_000;

export function sampleRate(format: WireFormat): 8_000 | 24_000 {
  return format.type === 'audio/pcm' ? 24_000 : 8_000;
}

/** Bytes of one millisecond. */
export function bytesPerMs(format: WireFormat): number {
  return format.type === 'audio/pcm' ? 48 : 8;
}

/** Decodes base64, or gives null: Node's own decoder takes anything and skips what it does not know. */
export function fromBase64(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64');
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return bytes.length === Math.floor(((text.length - padding) * 3) / 4) ? bytes : null;
}

/** Whole samples only; for PCM the caller keeps an odd last byte for the next time. */
export function decodeAudio(bytes: Uint8Array, format: WireFormat): Int16Array {
  switch (format.type) {
    case 'audio/pcmu':
      return decodeMulaw(bytes);
    case 'audio/pcma':
      return alaw.decode(bytes);
    case 'audio/pcm':
      return littleEndian(bytes);
  }
}

function littleEndian(bytes: Uint8Array): Int16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Int16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 1);
}

/** The way back: samples at the format's own rate. */
export function encodeSamples(samples: Int16Array, format: WireFormat): Uint8Array {
  switch (format.type) {
    case 'audio/pcmu':
      return encodeMulaw(samples);
    case 'audio/pcma':
      return alaw.encode(samples);
    case 'audio/pcm':
      return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  }
}

/** A clip is spoken again and again, so what became of it in each format is kept as long as the clip is. */
const encoded = new WeakMap<Int16Array, Map<WireFormat['type'], Uint8Array>>();

/** Samples at 24 kHz as bytes of the wire. */
export function encodeSpeech(samples: Int16Array, format: WireFormat): Uint8Array {
  const formats = encoded.get(samples) ?? new Map<WireFormat['type'], Uint8Array>();
  encoded.set(samples, formats);
  const bytes = formats.get(format.type) ?? encode(samples, format);
  formats.set(format.type, bytes);
  return bytes;
}

function encode(samples: Int16Array, format: WireFormat): Uint8Array {
  const pcm = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
  if (format.type === 'audio/pcm') return pcm;
  const transcoder = createTranscoder('pcm24', 'pcmu');
  const mulaw = Buffer.concat([transcoder.push(pcm), transcoder.flush()]);
  // The filter adds its own delay; the model must not claim to have said more than it did.
  const codes = mulaw.subarray(0, Math.floor((samples.length * 8_000) / OUTPUT_RATE));
  return format.type === 'audio/pcmu' ? codes : alaw.encode(decodeMulaw(codes));
}
