import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import schema from '../../../fixtures/twilio/twilio-media-streams.schema.json' with { type: 'json' };
import {
  clearMessage,
  FrameReader,
  isTelephoneFormat,
  markMessage,
  mediaMessages,
  readStreamMessage,
} from '../../../src/carriers/media-stream/messages.ts';
import { garbled } from '../../support/garbled.ts';

const streamSid = `MZ${'0'.repeat(32)}`;

interface Written {
  readonly sequence: number;
  readonly chunk: number;
  readonly timestamp: number;
  readonly audio: Uint8Array;
}

const written: fc.Arbitrary<Written> = fc.record({
  sequence: fc.nat(),
  chunk: fc.nat(),
  timestamp: fc.nat(),
  audio: fc.uint8Array({ minLength: 1, maxLength: 200, size: 'max' }),
});

/** As Twilio writes it. */
function frame({ sequence, chunk, timestamp, audio }: Written): string {
  return JSON.stringify({
    event: 'media',
    sequenceNumber: String(sequence),
    media: {
      track: 'inbound',
      chunk: String(chunk),
      timestamp: String(timestamp),
      payload: Buffer.from(audio).toString('base64'),
    },
    streamSid,
  });
}

const plain = frame({ sequence: 2, chunk: 1, timestamp: 73, audio: new Uint8Array(160).fill(0xfe) });
const read = (text: string, reader = new FrameReader(streamSid)) => reader.read(Buffer.from(text));

describe('the caller’s frames', () => {
  it('are read with their place on the line’s clock', () => {
    fc.assert(
      fc.property(written, (what) => {
        expect(read(frame(what))).toEqual({
          type: 'audio',
          atMs: what.timestamp,
          audio: Buffer.from(what.audio),
        });
      }),
    );
  });

  it('are told from those of another stream', () => {
    expect(read(plain, new FrameReader(`MZ${'1'.repeat(32)}`))).toBeNull();
    expect(read(plain, new FrameReader('MZ0'))).toBeNull();
  });

  it.each([
    ['another order', plain.replace(/^\{("event":"media"),(.*?),/, '{$2,$1,')],
    ['room between its members', plain.replaceAll(',', ', ')],
    ['our own voice', plain.replace('inbound', 'outbound')],
    ['no sound', plain.replace(/"payload":"[^"]*"/, '"payload":""')],
    ['sound that is no base64', plain.replace('"payload":"', '"payload":"!')],
    ['a time that is none', plain.replace('"73"', '"soon"')],
    ['no time', plain.replace('"73"', '""')],
    ['a time nobody can count with', plain.replace('"73"', `"${'9'.repeat(400)}"`)],
    ['something else', '{"event":"stop"}'],
    ['nothing', ''],
  ])('are left to the parser when there is %s', (_what, text) => {
    expect(read(text)).toBeNull();
  });

  it('P2: never become something else than the parser makes of them, however garbled', () => {
    fc.assert(
      fc.property(garbled(written.map(frame)), (text) => {
        const sound = read(text);
        if (sound === null) return;
        const { audio, atMs } = sound;
        expect(readStreamMessage(text)).toEqual({ event: 'media', streamSid, atMs, audio });
      }),
      { numRuns: 5_000 },
    );
  });
});

const media = (fields: object) => JSON.stringify({ event: 'media', streamSid, media: fields });

describe('messages of a media stream', () => {
  it('reads a frame with its place on the line’s clock', () => {
    const text = media({ track: 'inbound', chunk: '1', timestamp: '73', payload: '//7//w==' });

    expect(readStreamMessage(text)).toEqual({
      event: 'media',
      streamSid,
      atMs: 73,
      audio: Buffer.from([0xff, 0xfe, 0xff, 0xff]),
    });
  });

  it.each([
    ['nothing at all', media({ timestamp: '1', payload: '' })],
    ['no base64', media({ timestamp: '1', payload: '!!!! not base64 !!!!' })],
    ['a number', media({ timestamp: '1', payload: 5 })],
    ['no time', media({ payload: '//7//w==' })],
    ['a time that is none', media({ timestamp: 'soon', payload: '//7//w==' })],
  ])('drops a frame that carries %s', (_what, text) => {
    expect(readStreamMessage(text)).toBeNull();
  });

  it('tells our own voice, on a stream that carries both sides, from the caller’s', () => {
    const text = media({ track: 'outbound', timestamp: '1', payload: '//7//w==' });

    expect(readStreamMessage(text)).toEqual({ event: 'echoed', streamSid });
  });

  it('P2: makes nothing of anything that is no message, and never throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((o) => JSON.stringify(o)),
        ),
        (text) => {
          const message = readStreamMessage(text);
          expect(message === null || typeof message.event === 'string').toBe(true);
        },
      ),
    );
    for (const text of [
      'null',
      '[]',
      '1',
      '""',
      '{"event":"media"}',
      '{"event":"start","streamSid":"MZ1","start":null}',
    ]) {
      expect(readStreamMessage(text)).toBeNull();
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('sends only what the protocol knows', () => {
    const isToTwilio = new Ajv.default({ strict: false }).compile({
      ...schema,
      anyOf: [{ $ref: '#/$defs/ToTwilio' }],
    });

    const play = mediaMessages(streamSid);
    for (const text of [
      play(new Uint8Array(160)).toString(),
      play(new Uint8Array(1)).toString(),
      markMessage(streamSid, 'heard-1'),
      clearMessage(streamSid),
    ]) {
      expect(isToTwilio(JSON.parse(text)), text).toBe(true);
    }
  });
});

describe('a stream that begins', () => {
  const start = (sid: string, more: object = {}) =>
    readStreamMessage(JSON.stringify({ event: 'start', streamSid: sid, start: { callSid: 'CA1', ...more } }));
  const isTelephone = (mediaFormat?: object) => {
    const message = start('MZ1', { mediaFormat });
    return message?.event === 'start' && isTelephoneFormat(message);
  };

  it('is none where its name could break out of a message of ours', () => {
    expect(start('MZ1')).toMatchObject({ event: 'start', streamSid: 'MZ1', callSid: 'CA1' });
    expect(['', 'M', 'MZ"1', 'MZ 1', 'x'.repeat(65)].map((sid) => start(sid))).toEqual(Array(5).fill(null));
  });

  it('has the telephone’s own sound unless it says another, in name or in rate', () => {
    expect(isTelephone()).toBe(true);
    expect(isTelephone({ encoding: 'audio/x-mulaw', sampleRate: 8_000 })).toBe(true);
    expect(isTelephone({ encoding: 'audio/x-mulaw', sampleRate: 16_000 })).toBe(false);
    expect(isTelephone({ encoding: 'audio/l16', sampleRate: 8_000 })).toBe(false);
  });

  it('brings the keys of a telephone, each alone, and no others', () => {
    const key = (digit: unknown) => {
      const message = readStreamMessage(JSON.stringify({ event: 'dtmf', streamSid, dtmf: { digit } }));
      return message?.event === 'dtmf' ? message.digit : null;
    };

    expect(['0', '9', '*', '#', 'a', 'D'].map(key)).toEqual(['0', '9', '*', '#', 'A', 'D']);
    expect(['', '12', 'E', ' ', 1, null].map(key)).toEqual(Array(6).fill(null));
  });
});
