import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  channelSamples,
  interleave,
  readWav,
  type WavFormat,
  type WavSound,
  wavHeader,
  writeWav,
} from '../../src/audio/wav.ts';
import { noiseBytes, pcmBytes } from './support/signals.ts';

const MULAW: WavFormat = { encoding: 'mulaw', sampleRate: 8000, channels: 1 };
const STEREO_PCM: WavFormat = { encoding: 'pcm16', sampleRate: 24_000, channels: 2 };

describe('reading a WAV file', () => {
  it.each([
    { file: 'sox-mulaw-mono.wav', format: MULAW, dataBytes: 401 },
    { file: 'sox-pcm16-stereo.wav', format: { ...STEREO_PCM, sampleRate: 8000 }, dataBytes: 1600 },
  ])('reads $file as SoX wrote it, and writes the same file', async ({ file, format, dataBytes }) => {
    const bytes = await fixture(file);

    const sound = readWav(bytes);

    expect(sound).toMatchObject(format);
    expect(sound.data).toHaveLength(dataBytes);
    expect(writeWav(sound)).toEqual(bytes);
  });

  it('passes over chunks that it does not know, even of odd size', () => {
    const data = noiseBytes(8);

    const sound = readWav(
      riff(chunk('JUNK', noiseBytes(28)), fmt(7, 1, 8), chunk('LIST', noiseBytes(5)), chunk('data', data)),
    );

    expect(sound).toEqual({ ...MULAW, data });
  });

  it.each([
    { tag: 7, bits: 8, encoding: 'mulaw' },
    { tag: 1, bits: 16, encoding: 'pcm16' },
  ])('finds the format $encoding behind the extensible tag', ({ tag, bits, encoding }) => {
    const extension = Uint8Array.of(22, 0, bits, 0, 3, 0, 0, 0, tag, 0, 0, 0, 0, 0, 16, 0, 128, 0, 0, 170);
    const format = chunk('fmt ', joined(fmt(0xfffe, 2, bits).subarray(8), extension, new Uint8Array(4)));

    const sound = readWav(riff(format, chunk('data', noiseBytes(16))));

    expect(sound).toMatchObject({ encoding, channels: 2, sampleRate: 8000 });
  });

  it.each([
    ['0, because its writer died', 0],
    ['all ones, because its writer streamed', 0xffff_ffff],
    ['more than there is', 1000],
  ])('takes the rest of the file for sound when the size is %s', (_, sizeBytes) => {
    const data = noiseBytes(321);

    const sound = readWav(riff(fmt(7, 1, 8), chunk('data', data, sizeBytes)));

    expect(sound.data.subarray(0, 321)).toEqual(data);
  });

  it('stops at the size of the data, not at the end of the file', () => {
    const sound = readWav(riff(fmt(7, 1, 8), chunk('data', noiseBytes(6)), chunk('LIST', noiseBytes(40))));

    expect(sound.data).toEqual(noiseBytes(6));
  });

  it('leaves out a last sample that was only half written', () => {
    const sound = readWav(riff(fmt(1, 2, 16), chunk('data', noiseBytes(10), 0)));

    expect(sound.data).toEqual(noiseBytes(8));
  });

  it('reads a file that lies somewhere in a larger memory', () => {
    const larger = joined(Uint8Array.of(1, 2, 3), writeWav({ ...MULAW, data: noiseBytes(10) }));

    expect(readWav(larger.subarray(3)).data).toEqual(noiseBytes(10));
  });

  it.each([
    ['nothing', new Uint8Array(0), 'Expected a WAV file (RIFF…WAVE), got 0 bytes that begin with "".'],
    ['an MP3', text('ID3\u0004 and so on, and on'), 'got 22 bytes that begin with "ID3?".'],
    ['no format', riff(chunk('data', noiseBytes(4))), 'to have "fmt " before "data"'],
    [
      'a cut format',
      riff(chunk('fmt ', noiseBytes(4))),
      '"fmt " of a WAV file to have 16 bytes or more, got 4.',
    ],
    ['no data', riff(fmt(1, 1, 16)), 'to have a "data" chunk, got none before its end.'],
    [
      'floats',
      riff(fmt(3, 1, 32), chunk('data', noiseBytes(4))),
      'got format 3 with 32 bits, 1 channels, 8000 Hz.',
    ],
    ['24 bits', riff(fmt(1, 1, 24), chunk('data', noiseBytes(6))), 'got format 1 with 24 bits'],
    ['surround', riff(fmt(1, 3, 16), chunk('data', noiseBytes(12))), '3 channels'],
    [
      'an extensible format that is cut off before the real one',
      riff(chunk('fmt ', fmt(0xfffe, 1, 16).subarray(8), 40)),
      'got format 65534 with 16 bits',
    ],
  ])('says what it wanted and what came when it is given %s', (_, bytes, message) => {
    expect(() => readWav(bytes)).toThrow(message);
  });

  it('gives an error of its own, or a sound, for any bytes behind a right beginning', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (rubbish) => {
        try {
          expect(readWav(riff(rubbish)).data.length).toBeLessThanOrEqual(rubbish.length);
        } catch (error) {
          expect(String(error)).toMatch(/^Error: Expected /);
        }
      }),
    );
  });
});

describe('writing a WAV file', () => {
  it('is read back as it was', () => {
    const sounds: readonly WavSound[] = [
      { ...MULAW, data: noiseBytes(161) },
      { ...MULAW, channels: 2, data: noiseBytes(320) },
      { ...STEREO_PCM, data: noiseBytes(400) },
      { ...STEREO_PCM, channels: 1, data: new Uint8Array(0) },
    ];

    for (const sound of sounds) expect(readWav(writeWav(sound))).toEqual(sound);
  });

  it('fills data of odd length up to an even one, as other readers expect', () => {
    expect(writeWav({ ...MULAW, data: noiseBytes(161) })).toHaveLength(58 + 162);
  });

  it('lets a writer that streams put the header first and its sizes later', () => {
    const begun = wavHeader(MULAW, 0);
    const ended = wavHeader(MULAW, 160);

    expect(begun).toHaveLength(ended.length);
    expect(joined(ended, noiseBytes(160))).toEqual(writeWav({ ...MULAW, data: noiseBytes(160) }));
    expect(readWav(joined(begun, noiseBytes(160))).data).toEqual(noiseBytes(160)); // its writer died
  });

  it('says of coded sound how many samples each channel has', () => {
    const header = wavHeader({ ...MULAW, channels: 2 }, 320);

    expect(new DataView(header.buffer).getUint32(46, true)).toBe(160);
  });

  it('stops counting at four gigabytes, the most a header can say', () => {
    const header = wavHeader(STEREO_PCM, 5_000_000_000);

    expect([...header.subarray(4, 8), ...header.subarray(40, 44)]).toEqual(new Array(8).fill(0xff));
  });
});

describe('the channels of a sound', () => {
  it('come apart as 16-bit samples', () => {
    const data = pcmBytes(Int16Array.of(1, -1, 32767, -32768, 300, -300));
    const sound: WavSound = { ...STEREO_PCM, data };

    expect(channelSamples(sound, 0)).toEqual(Int16Array.of(1, 32767, 300));
    expect(channelSamples(sound, 1)).toEqual(Int16Array.of(-1, -32768, -300));
  });

  it('are decoded from μ-law', () => {
    const sound: WavSound = { ...MULAW, channels: 2, data: Uint8Array.of(0x80, 0xff, 0x00, 0x7e) };

    expect(channelSamples(sound, 0)).toEqual(Int16Array.of(32124, -32124));
    expect(channelSamples(sound, 1)).toEqual(Int16Array.of(0, -8));
  });

  it.each([-1, 1, 0.5])('are counted from 0, so a mono sound has no channel %d', (channel) => {
    const sound: WavSound = { ...MULAW, data: noiseBytes(4) };

    expect(() => channelSamples(sound, channel)).toThrow(
      `Expected one of 1 channels, counted from 0, got ${channel}`,
    );
  });

  it('go together in turns, the shorter one ending in silence', () => {
    const both = interleave(Uint8Array.of(1, 2, 3), Uint8Array.of(9), 0xff);

    expect(both).toEqual(Uint8Array.of(1, 9, 2, 0xff, 3, 0xff));
  });
});

function fixture(name: string): Promise<Uint8Array> {
  return readFile(new URL(`../../fixtures/audio/${name}`, import.meta.url)).then(
    (bytes) => new Uint8Array(bytes),
  );
}

function riff(...chunks: readonly Uint8Array[]): Uint8Array {
  return joined(text('RIFF'), new Uint8Array(4), text('WAVE'), ...chunks);
}

function fmt(tag: number, channels: number, bits: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint16(0, tag, true);
  view.setUint16(2, channels, true);
  view.setUint32(4, 8000, true);
  view.setUint16(14, bits, true);
  return chunk('fmt ', new Uint8Array(view.buffer));
}

function chunk(name: string, content: Uint8Array, sizeBytes = content.length): Uint8Array {
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, sizeBytes, true);
  return joined(text(name), size, content, new Uint8Array(content.length % 2));
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
