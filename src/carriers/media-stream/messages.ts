import { base64Between, behind, behindNumber, numberAt, readBase64 } from '../../audio/wire-text.ts';
import { isRecord } from '../../ports/is-record.ts';
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

/** What Twilio says on a media stream, as far as we need it. Numbers come as strings, and stay outside as such. */
export type StreamMessage =
  | { readonly event: 'connected' }
  | {
      readonly event: 'start';
      readonly streamSid: string;
      readonly callSid: string;
      readonly encoding: string;
      readonly sampleRate: number;
    }
  | { readonly event: 'media'; readonly streamSid: string; readonly atMs: number; readonly audio: Uint8Array }
  /** Sound of our own, on a stream that carries both sides. */
  | { readonly event: 'echoed'; readonly streamSid: string }
  | { readonly event: 'dtmf'; readonly streamSid: string; readonly digit: string }
  | { readonly event: 'mark'; readonly streamSid: string; readonly name: string }
  | { readonly event: 'stop'; readonly streamSid: string };

/** A message of Twilio's; null for anything that is none, or that we have no use for. */
export function readStreamMessage(text: string): StreamMessage | null {
  let message: unknown;
  try {
    message = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isRecord(message)) return null;
  if (message['event'] === 'connected') return { event: 'connected' };
  const { streamSid } = message;
  if (typeof streamSid !== 'string') return null;
  switch (message['event']) {
    case 'media':
      return readMedia(streamSid, message['media']);
    case 'mark':
      return readMark(streamSid, message['mark']);
    case 'dtmf':
      return readDigit(streamSid, message['dtmf']);
    case 'start':
      return readStart(streamSid, message['start']);
    case 'stop':
      return { event: 'stop', streamSid };
    default:
      return null;
  }
}

/** Makes the messages that have this stream's phone play sound. A stream id was checked to be letters and digits. */
export function mediaMessages(streamSid: string): (audio: Uint8Array) => Buffer {
  const before = Buffer.from(`{"event":"media","streamSid":"${streamSid}","media":{"payload":"`);
  return (audio) => base64Between(before, audio, AFTER_PAYLOAD);
}

export function markMessage(streamSid: string, name: string): string {
  return JSON.stringify({ event: 'mark', streamSid, mark: { name } });
}

export function clearMessage(streamSid: string): string {
  return JSON.stringify({ event: 'clear', streamSid });
}

function readMedia(streamSid: string, media: unknown): StreamMessage | null {
  if (!isRecord(media)) return null;
  if (media['track'] === 'outbound') return { event: 'echoed', streamSid };
  const { payload, timestamp } = media;
  if (typeof payload !== 'string' || typeof timestamp !== 'string') return null;
  const atMs = Number(timestamp);
  const audio = Buffer.from(payload, 'base64');
  // The decoder skips what is no base64: then there is less sound than there was text.
  const isBase64 = audio.length > 0 && audio.length >= Math.floor((payload.length * 3) / 4) - 2;
  return isBase64 && Number.isFinite(atMs) ? { event: 'media', streamSid, atMs, audio } : null;
}

function readMark(streamSid: string, mark: unknown): StreamMessage | null {
  if (!isRecord(mark) || typeof mark['name'] !== 'string') return null;
  return { event: 'mark', streamSid, name: mark['name'] };
}

function readDigit(streamSid: string, dtmf: unknown): StreamMessage | null {
  if (!isRecord(dtmf) || typeof dtmf['digit'] !== 'string') return null;
  return /^[0-9A-D*#]$/i.test(dtmf['digit'])
    ? { event: 'dtmf', streamSid, digit: dtmf['digit'].toUpperCase() }
    : null;
}

function readStart(streamSid: string, start: unknown): StreamMessage | null {
  if (!/^\w{2,64}$/.test(streamSid) || !isRecord(start) || typeof start['callSid'] !== 'string') return null;
  const format = isRecord(start['mediaFormat']) ? start['mediaFormat'] : {};
  return {
    event: 'start',
    streamSid,
    callSid: start['callSid'],
    encoding: String(format['encoding'] ?? MULAW),
    sampleRate: Number(format['sampleRate'] ?? TELEPHONE_HZ),
  };
}

export function isTelephoneFormat({
  encoding,
  sampleRate,
}: {
  encoding: string;
  sampleRate: number;
}): boolean {
  return encoding === MULAW && sampleRate === TELEPHONE_HZ;
}

const AFTER_PAYLOAD = Buffer.from('"}}');

const MULAW = 'audio/x-mulaw';
const TELEPHONE_HZ = 8_000;
