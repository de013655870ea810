import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MULAW_ENCODED } from '../../../src/audio/g711.ts';
import { interleave, type WavFormat, writeWav } from '../../../src/audio/wav.ts';
import { callerSound, peaksOf } from '../../../src/http/pages/recording-file.ts';
import { aFolder } from '../../support/temp-folder.ts';

const SILENT = 0xff;
const LOUD = MULAW_ENCODED[32_000] ?? 0;
const HALF = MULAW_ENCODED[16_000] ?? 0;

/** A recording in which each side sounds for one stretch, from and until so many milliseconds. */
function aRecording(lengthMs: number, caller: readonly number[], agent: readonly number[], code = LOUD) {
  const lane = ([fromMs = 0, untilMs = 0]: readonly number[], sound: number) =>
    new Uint8Array(lengthMs * 8).fill(SILENT).fill(sound, fromMs * 8, untilMs * 8);
  return aFile(interleave(lane(caller, code), lane(agent, LOUD), SILENT));
}

function aFile(data: Uint8Array, format: Partial<WavFormat> = {}) {
  const path = join(aFolder({}).path, 'call.wav');
  writeFileSync(path, writeWav({ encoding: 'mulaw', sampleRate: 8_000, channels: 2, ...format, data }));
  return path;
}

describe('the picture of a recording', () => {
  it('has each side on its own lane, at fifty peaks a second, and falls silent with it', async () => {
    const peaks = await peaksOf(aRecording(100, [20, 40], [60, 100], HALF));

    expect(peaks).toEqual({
      durationMs: 100,
      perSecond: 50,
      caller: [0, expect.closeTo(50, -1), 0, 0, 0],
      agent: [0, 0, 0, expect.closeTo(100, 0), expect.closeTo(100, 0)],
    });
  });

  it('has no more peaks of a long call than any screen is wide', async () => {
    const long = await peaksOf(aFile(new Uint8Array(2 * 8_000 * 720).fill(SILENT)));

    expect(long).toMatchObject({ durationMs: 720_000, perSecond: 25 });
    expect(long?.caller).toHaveLength(18_000);
  });

  it.each<readonly [string, Partial<WavFormat>]>([
    ['one side only', { channels: 1 }],
    ['another encoding', { encoding: 'pcm16' }],
  ])('is not made of %s', async (_what, format) => {
    expect(await peaksOf(aFile(new Uint8Array(800), format))).toBeNull();
  });

  it('is not made of a file that has only just been begun', async () => {
    expect(await peaksOf(join(aFolder({ 'call.wav': 'RIFF' }).path, 'call.wav'))).toBeNull();
  });
});

describe('the sound of the caller', () => {
  it('is theirs alone, from the one moment to the other', async () => {
    const sound = await callerSound(aRecording(100, [20, 40], [0, 100]), 30, 50);

    expect(sound).toEqual(Buffer.alloc(160, SILENT).fill(LOUD, 0, 80));
  });

  it('ends with the recording, and begins with it', async () => {
    const path = aRecording(100, [0, 100], []);

    expect([await callerSound(path, -50, 10), await callerSound(path, 90, 500)]).toEqual([
      Buffer.alloc(80, LOUD),
      Buffer.alloc(80, LOUD),
    ]);
    expect(await callerSound(path, 500, 600)).toHaveLength(0);
  });

  it('is no longer than anybody talks', async () => {
    const path = aFile(new Uint8Array(2 * 8_000 * 200).fill(SILENT));

    expect(await callerSound(path, 10_000, 200_000)).toHaveLength(120 * 8_000);
  });
});
