import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appendFrame, appendMessage } from '../../../src/models/openai/append-frame.ts';

/** As a server reads it, by RFC 6455. */
function read(frame: Buffer): { readonly text: string; readonly rest: number } {
  expect(frame[0]).toBe(0x81);
  expect(frame[1]).toBe(0x80 | 126);
  const length = frame.readUInt16BE(2);
  const key = frame.subarray(4, 8);
  const text = Buffer.from(frame.subarray(8, 8 + length).map((byte, i) => byte ^ (key[i % 4] ?? 0)));
  return { text: text.toString('latin1'), rest: frame.length - 8 - length };
}

describe('sound on its way to the model', () => {
  it('is the same message in a frame of our own making as in one of the library’s', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 46, maxLength: 3_000, size: 'max' }), fc.nat(8), (all, from) => {
        const sound = all.subarray(Math.min(from, all.length - 46));
        const frame = appendFrame(sound);

        expect(frame && read(frame)).toEqual({ text: appendMessage(sound).toString(), rest: 0 });
      }),
    );
  });

  it.each([160, 960, 48_000])('is read back byte for byte: %d bytes', (length) => {
    const sound = Uint8Array.from({ length }, (_, i) => i * 31);
    const frame = appendFrame(sound);
    const { audio } = JSON.parse(frame === null ? '{}' : read(frame).text);

    expect(Buffer.from(audio, 'base64')).toEqual(Buffer.from(sound));
  });

  it('is left to the library where its header would be another', () => {
    expect(appendFrame(new Uint8Array(0))).toBeNull();
    expect(appendFrame(new Uint8Array(42))).toBeNull();
    expect(appendFrame(new Uint8Array(50_000))).toBeNull();
  });

  it('has another mask each time, as nobody may know it beforehand', () => {
    const keys = Array.from({ length: 3_000 }, () => appendFrame(new Uint8Array(160))?.readUInt32LE(4));

    expect(new Set(keys).size).toBeGreaterThan(2_990);
  });
});
