import { readBase64 } from '../../audio/base64.ts';
import type { LegEvent } from '../../ports/carrier.ts';

/** Twenty milliseconds of the caller, with their place on the line's own clock. */
type Sound = Extract<LegEvent, { type: 'audio' }>;

/**
 * Reads the caller's frames off one stream.
 *
 * Fifty of them a second come on every call, and Twilio writes them all alike, member for member. Read byte by byte,
 * with no text made of them on the way, they leave a call a twentieth cheaper. Whatever is written in any other way, or
 * belongs to another stream, is nothing to this reader.
 */
export class FrameReader {
  readonly #tail: Uint8Array;

  constructor(streamSid: string) {
    this.#tail = Buffer.from(`"},"streamSid":"${streamSid}"}`);
  }

  read(text: Uint8Array): Sound | null {
    const chunkAt = behind(BEFORE_CHUNK, text, behindNumber(text, behind(BEFORE_SEQUENCE, text, 0)));
    const timeAt = behind(BEFORE_TIME, text, behindNumber(text, chunkAt));
    const timeEnd = behindNumber(text, timeAt);
    const from = behind(BEFORE_PAYLOAD, text, timeEnd);
    const until = text.length - this.#tail.length;
    if (from < 0 || until < from || behind(this.#tail, text, until) < 0) return null;
    const audio = readBase64(text, from, until);
    return audio && { type: 'audio', audio, atMs: numberAt(text, timeAt, timeEnd) };
  }
}

/** The place behind these words, if they are what stands there; otherwise, or without a place, none. */
function behind(words: Uint8Array, text: Uint8Array, at: number): number {
  if (at < 0) return NOWHERE;
  for (let i = 0; i < words.length; i++) if (text[at + i] !== words[i]) return NOWHERE;
  return at + words.length;
}

/** The same for a number of at most fifteen digits: beyond that it is none we can count with. */
function behindNumber(text: Uint8Array, from: number): number {
  let at = from;
  while (at >= 0 && isDigit(text[at] ?? 0)) at += 1;
  return at > from && at - from <= MOST_DIGITS ? at : NOWHERE;
}

function numberAt(text: Uint8Array, from: number, until: number): number {
  let number = 0;
  for (let at = from; at < until; at++) number = 10 * number + (text[at] ?? 0) - ZERO;
  return number;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

const NOWHERE = -1;
const MOST_DIGITS = 15;
const ZERO = 0x30;
const NINE = 0x39;

const BEFORE_SEQUENCE = Buffer.from('{"event":"media","sequenceNumber":"');
const BEFORE_CHUNK = Buffer.from('","media":{"track":"inbound","chunk":"');
const BEFORE_TIME = Buffer.from('","timestamp":"');
const BEFORE_PAYLOAD = Buffer.from('","payload":"');
