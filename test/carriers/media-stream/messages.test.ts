import Ajv from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import schema from '../../../fixtures/twilio/twilio-media-streams.schema.json' with { type: 'json' };
import {
  clearMessage,
  markMessage,
  mediaMessages,
  readStreamMessage,
} from '../../../src/carriers/media-stream/messages.ts';

const streamSid = `MZ${'0'.repeat(32)}`;
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
