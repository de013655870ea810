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
