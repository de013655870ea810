import { randomFillSync } from 'node:crypto';
import { base64Between, TextBench } from '../../audio/wire-text.ts';

/**
 * `input_audio_buffer.append`, ready for the wire: fifty times a second on every call. All of it under one name: a
 * refusal is never about one frame.
 */
export function appendMessage(audio: Uint8Array): Buffer {
  return base64Between(BEFORE, audio, AFTER);
}

/**
 * The same as a whole WebSocket frame, masked as those of clients have to be (RFC 6455, 5.3). Null where it would not
 * have a header of eight bytes: what is behind it can then be written and masked by the word, in place, and the rest
 * is left to the library. What a call costs us falls by about a twentieth.
 */
export function appendFrame(audio: Uint8Array): Buffer | null {
  const length = BEFORE.length + 4 * Math.ceil(audio.length / 3) + AFTER.length;
  if (length < LEAST_LENGTH || length > MOST_LENGTH) return null;
  const { bytes } = BENCH;
  bytes.set(BEFORE, HEADER_BYTES);
  bytes.set(AFTER, BENCH.writeBase64(audio, HEADER_BYTES + BEFORE.length));
  bytes[0] = FINAL_TEXT;
  bytes[1] = MASKED | LENGTH_FOLLOWS;
  bytes[2] = length >> 8;
  bytes[3] = length & 0xff;
  mask(nextMask(), Math.ceil((HEADER_BYTES + length) / WORD_BYTES));
  const frame = Buffer.allocUnsafe(HEADER_BYTES + length);
  frame.set(bytes.subarray(0, frame.length));
  return frame;
}

function mask(key: number, words: number): void {
  WORDS[HEADER_WORDS - 1] = key;
  for (let word = HEADER_WORDS; word < words; word++) WORDS[word] = (WORDS[word] ?? 0) ^ key;
}

function nextMask(): number {
  if (masksUsed === MASKS.length) {
    randomFillSync(MASKS);
    masksUsed = 0;
  }
  return MASKS[masksUsed++] ?? 0;
}

const BEFORE = Buffer.from('{"type":"input_audio_buffer.append","event_id":"sound","audio":"');
const AFTER = Buffer.from('"}');

const FINAL_TEXT = 0x81;
const MASKED = 0x80;
/** Two bytes of it, as for every length from this to that. */
const LENGTH_FOLLOWS = 126;
const LEAST_LENGTH = 126;
const MOST_LENGTH = 0xffff;

const WORD_BYTES = 4;
const HEADER_WORDS = 2;
const HEADER_BYTES = HEADER_WORDS * WORD_BYTES;

/** Where a frame is put together; and the same bytes by the word. */
const BENCH = new TextBench(HEADER_BYTES + MOST_LENGTH);
const WORDS = new Uint32Array(BENCH.bytes.buffer);

const MASKS = new Uint32Array(2_048);
let masksUsed = MASKS.length;
