/*
 * Sound as text, the way both wires carry it.
 *
 * Buffer's own base64 is quicker by the byte, but leads through a string each way. For the telephone's frames, fifty a
 * second on every call, that detour is what costs.
 */

/** Where text is put together: byte by byte, and the same memory by the pair. */
export class TextBench {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #pairs: Uint16Array;

  constructor(bytes: number) {
    this.bytes = new Uint8Array(Math.ceil(bytes / 8) * 8);
    this.#pairs = new Uint16Array(this.bytes.buffer);
  }

  /** Writes base64 at an even place; gives the place behind it. */
  writeBase64(sound: Uint8Array, from: number): number {
    const rest = sound.length % 3;
    const whole = sound.length - rest;
    const pairs = this.#pairs;
    let pair = from / 2;
    for (let i = 0; i < whole; i += 3) {
      const three = ((sound[i] ?? 0) << 16) | ((sound[i + 1] ?? 0) << 8) | (sound[i + 2] ?? 0);
      pairs[pair++] = PAIRS[three >> 12] ?? 0;
      pairs[pair++] = PAIRS[three & 0xfff] ?? 0;
    }
    if (rest === 0) return 2 * pair;
    const last = ((sound[whole] ?? 0) << 16) | (rest === 2 ? (sound[whole + 1] ?? 0) << 8 : 0);
    pairs[pair++] = PAIRS[last >> 12] ?? 0;
    pairs[pair++] = PAIRS[last & 0xfff] ?? 0;
    for (let at = 2 * pair - (3 - rest); at < 2 * pair; at++) this.bytes[at] = PADDING;
    return 2 * pair;
  }
}

/** A message that is base64 between two constants. Base64 needs no escaping. */
export function base64Between(before: Uint8Array, sound: Uint8Array, after: Uint8Array): Buffer {
  const length = before.length + 4 * Math.ceil(sound.length / 3) + after.length;
  const text = Buffer.allocUnsafe(length);
  if (length >= BENCH.bytes.length) {
    const own = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength).toString('base64');
    text.set(before);
    text.set(after, before.length + text.write(own, before.length, 'latin1'));
    return text;
  }
  const from = before.length % 2; // so that it ends at an even place
  BENCH.bytes.set(before, from);
  BENCH.bytes.set(after, BENCH.writeBase64(sound, from + before.length));
  text.set(BENCH.bytes.subarray(from, from + length));
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

/** So many letters stand for three bytes. */
const QUAD = 4;
const PADDING = 0x3d;
const LETTERS = new Uint8Array(
  Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'),
);

/** Twelve bits each, in the order in which their letters lie in memory. */
const PAIRS = new Uint16Array(
  Uint8Array.from({ length: 2 * 64 * 64 }, (_, at) =>
    at % 2 === 0 ? (LETTERS[at >> 7] ?? 0) : (LETTERS[(at >> 1) & 0x3f] ?? 0),
  ).buffer,
);

/** For all that goes over a wire in one piece, save what was kept back for long. */
const BENCH = new TextBench(64 * 1024);

/** What each letter stands for; and what is none. */
const NO_VALUE = 64;
const VALUES = new Uint8Array(256).fill(NO_VALUE);
for (const [value, letter] of LETTERS.entries()) VALUES[letter] = value;

/*
 * Finding the way through a message that carries sound, byte by byte and without making a text of it.
 *
 * Each step begins at a place and gives the one behind what it found there. Where something else stands it gives
 * a place below zero, and so do all steps from there: whoever walks asks once, at the end.
 */

const NOWHERE = -1;

/** Behind these words. */
export function behind(words: Uint8Array, text: Uint8Array, at: number): number {
  if (at < 0) return NOWHERE;
  for (let i = 0; i < words.length; i++) if (text[at + i] !== words[i]) return NOWHERE;
  return at + words.length;
}

/** Behind a number of at most fifteen digits: beyond that it is none we can count with. */
export function behindNumber(text: Uint8Array, from: number): number {
  let at = from;
  while (at >= 0 && isDigit(text[at] ?? 0)) at += 1;
  return at > from && at - from <= MOST_DIGITS ? at : NOWHERE;
}

/** Behind a name: letters, digits, and what else needs no escaping. */
export function behindName(text: Uint8Array, from: number): number {
  let at = from;
  while (at >= 0 && isPlain(text[at] ?? 0)) at += 1;
  return at > from ? at : NOWHERE;
}

export function numberAt(text: Uint8Array, from: number, until: number): number {
  let number = 0;
  for (let at = from; at < until; at++) number = 10 * number + (text[at] ?? 0) - ZERO;
  return number;
}

/** Whether this name stands there. */
export function isNameAt(name: string, text: Uint8Array, from: number, until: number): boolean {
  if (until - from !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (text[from + i] !== name.charCodeAt(i)) return false;
  return true;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

function isPlain(code: number): boolean {
  return code > SPACE && code < DELETE && code !== QUOTE && code !== BACKSLASH;
}

const MOST_DIGITS = 15;
const ZERO = 0x30;
const NINE = 0x39;
const SPACE = 0x20;
const DELETE = 0x7f;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
