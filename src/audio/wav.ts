/**
 * WAV files of the kinds a telephone needs: 16-bit PCM and G.711 μ-law, one or two channels.
 *
 * Reading is lenient where files in the wild are careless, above all where a writer died before it could put the
 * sizes into the header: then everything behind the header counts as sound.
 */
import { decodeMulaw } from './g711.ts';

export type WavEncoding = 'pcm16' | 'mulaw';

export interface WavFormat {
  readonly encoding: WavEncoding;
  readonly sampleRate: number;
  readonly channels: number;
}

export interface WavSound extends WavFormat {
  /** The samples as they stand in the file, the channels taking turns. */
  readonly data: Uint8Array;
}

const SAMPLE_BYTES = { pcm16: 2, mulaw: 1 } as const satisfies Record<WavEncoding, number>;

const FORMAT_TAG = { pcm16: 1, mulaw: 7 } as const satisfies Record<WavEncoding, number>;

/** The tag that says: the real one stands further back. */
const EXTENSIBLE_TAG = 0xfffe;

const MOST_BYTES = 0xffff_ffff;

/** The sound of a file. Its data is a view of the bytes given, not a copy. */
export function readWav(bytes: Uint8Array): WavSound {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || textAt(bytes, 0) !== 'RIFF' || textAt(bytes, 8) !== 'WAVE') {
    throw new Error(
      `Expected a WAV file (RIFF…WAVE), got ${bytes.length} bytes that begin with ${opening(bytes)}.`,
    );
  }
  let format: WavFormat | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = textAt(bytes, at);
    const sizeBytes = view.getUint32(at + 4, true);
    const from = at + 8;
    if (name === 'fmt ') format = readFormat(view, from, sizeBytes);
    if (name === 'data' && !format) throw new Error('Expected a WAV file to have "fmt " before "data".');
    if (name === 'data' && format) return { ...format, data: soundFrom(bytes, from, sizeBytes, format) };
    at = from + sizeBytes + (sizeBytes % 2); // chunks begin at even places
  }
  throw new Error('Expected a WAV file to have a "data" chunk, got none before its end.');
}

/** A whole file. */
export function writeWav(sound: WavSound): Uint8Array {
  const header = wavHeader(sound, sound.data.length);
  const file = new Uint8Array(header.length + sound.data.length + (sound.data.length % 2));
  file.set(header);
  file.set(sound.data, header.length);
  return file;
}

/**
 * What stands before the samples. It has the same length whatever the size, so a writer that streams puts one for
 * zero bytes in front and the true one over it at the end; data of odd length also wants one more byte behind it.
 */
export function wavHeader(format: WavFormat, dataBytes: number): Uint8Array {
  const frameBytes = SAMPLE_BYTES[format.encoding] * format.channels;
  const isCoded = format.encoding !== 'pcm16'; // then a longer "fmt " and a "fact" are asked for
  const header = new Uint8Array(isCoded ? 58 : 44);
  const view = new DataView(header.buffer);
  const size = (at: number, bytes: number): void => view.setUint32(at, Math.min(bytes, MOST_BYTES), true);

  putText(header, 0, 'RIFF');
  size(4, header.length - 8 + dataBytes + (dataBytes % 2));
  putText(header, 8, 'WAVEfmt ');
  size(16, isCoded ? 18 : 16);
  view.setUint16(20, FORMAT_TAG[format.encoding], true);
  view.setUint16(22, format.channels, true);
  view.setUint32(24, format.sampleRate, true);
  view.setUint32(28, format.sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 8 * SAMPLE_BYTES[format.encoding], true);
  if (isCoded) {
    putText(header, 38, 'fact');
    size(42, 4);
    size(46, dataBytes / frameBytes);
  }
  putText(header, header.length - 8, 'data');
  size(header.length - 4, dataBytes);
  return header;
}

/** One channel, the first being 0, as 16-bit samples. */
export function channelSamples(sound: WavSound, channel: number): Int16Array {
  if (!Number.isInteger(channel) || channel < 0 || channel >= sound.channels) {
    throw new Error(`Expected one of ${sound.channels} channels, counted from 0, got ${channel}.`);
  }
  const { data, channels, encoding } = sound;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const count = Math.floor(data.length / (SAMPLE_BYTES[encoding] * channels));
  if (encoding === 'mulaw') {
    return decodeMulaw(Uint8Array.from({ length: count }, (_, i) => view.getUint8(i * channels + channel)));
  }
  return Int16Array.from({ length: count }, (_, i) => view.getInt16(2 * (i * channels + channel), true));
}

/** Two channels of one-byte samples as a stereo file has them; the shorter one ends in silence. */
export function interleave(left: Uint8Array, right: Uint8Array, silentByte: number): Uint8Array {
  const both = new Uint8Array(2 * Math.max(left.length, right.length)).fill(silentByte);
  for (let i = 0; i < left.length; i++) both[2 * i] = left[i] ?? silentByte;
  for (let i = 0; i < right.length; i++) both[2 * i + 1] = right[i] ?? silentByte;
  return both;
}

function readFormat(view: DataView, at: number, sizeBytes: number): WavFormat {
  if (sizeBytes < 16 || at + 16 > view.byteLength) {
    throw new Error(`Expected the "fmt " of a WAV file to have 16 bytes or more, got ${sizeBytes}.`);
  }
  const givenTag = view.getUint16(at, true);
  const isExtensible = givenTag === EXTENSIBLE_TAG && sizeBytes >= 26 && at + 26 <= view.byteLength;
  const tag = isExtensible ? view.getUint16(at + 24, true) : givenTag;
  const channels = view.getUint16(at + 2, true);
  const sampleRate = view.getUint32(at + 4, true);
  const bits = view.getUint16(at + 14, true);

  const encoding = tag === FORMAT_TAG.pcm16 ? 'pcm16' : tag === FORMAT_TAG.mulaw ? 'mulaw' : null;
  const isKnown = encoding !== null && bits === 8 * SAMPLE_BYTES[encoding];
  if (!isKnown || channels < 1 || channels > 2 || sampleRate === 0) {
    throw new Error(
      'Expected a WAV file of 16-bit PCM or 8-bit μ-law with one or two channels, ' +
        `got format ${tag} with ${bits} bits, ${channels} channels, ${sampleRate} Hz.`,
    );
  }
  return { encoding, sampleRate, channels };
}

function soundFrom(bytes: Uint8Array, from: number, sizeBytes: number, format: WavFormat): Uint8Array {
  const rest = bytes.length - from;
  const length = sizeBytes === 0 || sizeBytes > rest ? rest : sizeBytes; // nobody came back to fill it in
  return bytes.subarray(from, from + length - (length % (SAMPLE_BYTES[format.encoding] * format.channels)));
}

function textAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function putText(bytes: Uint8Array, at: number, text: string): void {
  bytes.set(new TextEncoder().encode(text), at);
}

function opening(bytes: Uint8Array): string {
  return JSON.stringify(textAt(bytes, 0).replaceAll(/[^ -~]/g, '?'));
}
