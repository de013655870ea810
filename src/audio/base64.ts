/**
 * Sound as text, the way both wires carry it.
 *
 * Buffer's own base64 is quicker by the byte, but leads through a string each way. For the telephone's frames, fifty a
 * second on every call, that detour is what costs.
 */

/** A message that is base64 between two constants. Base64 needs no escaping. */
export function base64Between(before: Uint8Array, bytes: Uint8Array, after: Uint8Array): Buffer {
  const text = Buffer.allocUnsafe(before.length + 4 * Math.ceil(bytes.length / 3) + after.length);
  text.set(before);
  text.set(after, write(bytes, text, before.length));
  return text;
}

/** The bytes that this stretch of a text, a frame, stands for; null where it is not the base64 that everybody writes. */
export function readBase64(text: Uint8Array, from: number, until: number): Buffer | null {
  const length = until - from;
  if (length < QUAD || length % QUAD !== 0) return null;
  const padding = text[until - 1] !== PADDING ? 0 : text[until - 2] !== PADDING ? 1 : 2;
  const bytes = Buffer.allocUnsafe((length / QUAD) * 3 - padding);
  let at = 0;
  let seen = 0;
  for (let quad = from; quad < until - padding; quad += QUAD) {
    const isLast = quad + QUAD >= until;
    const a = VALUES[text[quad] ?? 0] ?? 0;
    const b = VALUES[text[quad + 1] ?? 0] ?? 0;
    const c = isLast && padding > 1 ? 0 : (VALUES[text[quad + 2] ?? 0] ?? 0);
    const d = isLast && padding > 0 ? 0 : (VALUES[text[quad + 3] ?? 0] ?? 0);
    seen |= a | b | c | d;
    bytes[at++] = (a << 2) | (b >> 4);
    if (at < bytes.length) bytes[at++] = (b << 4) | (c >> 2);
    if (at < bytes.length) bytes[at++] = (c << 6) | d;
  }
  return seen < NO_VALUE ? bytes : null;
}

/** Gives the place behind what it wrote. */
function write(bytes: Uint8Array, text: Buffer, from: number): number {
  if (bytes.length > MOST_BY_HAND) {
    const own = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
    return from + text.write(own, from, 'latin1');
  }
  const rest = bytes.length % 3;
  const whole = bytes.length - rest;
  let at = from;
  for (let i = 0; i < whole; i += 3) {
    const a = bytes[i] ?? 0;
    const b = bytes[i + 1] ?? 0;
    const c = bytes[i + 2] ?? 0;
    text[at++] = LETTERS[a >> 2] ?? 0;
    text[at++] = LETTERS[((a & 0b11) << 4) | (b >> 4)] ?? 0;
    text[at++] = LETTERS[((b & 0b1111) << 2) | (c >> 6)] ?? 0;
    text[at++] = LETTERS[c & 0b111111] ?? 0;
  }
  if (rest === 0) return at;
  const a = bytes[whole] ?? 0;
  const b = rest === 2 ? (bytes[whole + 1] ?? 0) : 0;
  text[at++] = LETTERS[a >> 2] ?? 0;
  text[at++] = LETTERS[((a & 0b11) << 4) | (b >> 4)] ?? 0;
  text[at++] = rest === 2 ? (LETTERS[(b & 0b1111) << 2] ?? 0) : PADDING;
  text[at++] = PADDING;
  return at;
}

/** Bytes. Of more than that Buffer makes up for the detour, by what 20 and 100 calls have cost on the bench. */
const MOST_BY_HAND = 400;

/** So many letters stand for three bytes. */
const QUAD = 4;
const PADDING = 0x3d;
const LETTERS = new Uint8Array(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
);

/** What each letter stands for; and what is none. */
const NO_VALUE = 64;
const VALUES = new Uint8Array(256).fill(NO_VALUE);
for (const [value, letter] of LETTERS.entries()) VALUES[letter] = value;
