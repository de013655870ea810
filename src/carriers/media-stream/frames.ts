import { readBase64 } from '../../audio/base64.ts';
import { behind, behindNumber, numberAt } from '../../audio/wire-text.ts';
import type { LegEvent } from '../../ports/leg.ts';

/** A piece of the caller, with its place on the line's own clock. */
type Sound = Extract<LegEvent, { type: 'audio' }>;

/**
 * Reads the caller's frames off one stream.
 *
 * Fifty of them a second come on every call, and Twilio writes them all alike, member for member. Read byte by byte,
 * with no text made of them on the way, they leave 20 calls on the bench a twentieth cheaper. Whatever is written in
 * any other way, or belongs to another stream, is nothing to this reader.
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

const BEFORE_SEQUENCE = Buffer.from('{"event":"media","sequenceNumber":"');
const BEFORE_CHUNK = Buffer.from('","media":{"track":"inbound","chunk":"');
const BEFORE_TIME = Buffer.from('","timestamp":"');
const BEFORE_PAYLOAD = Buffer.from('","payload":"');
