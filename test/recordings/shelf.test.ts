import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { readWav } from '../../src/audio/wav.ts';
import {
  isRecordingName,
  RecordingShelf,
  recordingPath,
  recordingsDirectory,
} from '../../src/recordings/shelf.ts';

let directory = '';
let failures: string[] = [];
let shelf: RecordingShelf;
beforeEach(() => {
  const own = mkdtempSync(join(tmpdir(), 'recordings-'));
  onTestFinished(() => {
    shelf.close();
    rmSync(own, { recursive: true, force: true });
  });
  directory = own;
  failures = [];
  shelf = new RecordingShelf(directory, (callId, code) => void failures.push(`${callId}: ${code}`));
});

const both = (left: number, right: number, samples: number) =>
  Uint8Array.from({ length: 2 * samples }, (_, n) => (n % 2 ? right : left));
const soundOf = (callId: string) => readWav(readFileSync(recordingPath(directory, callId)));

it('keep nothing of a deleted call for an hour, and no list of such calls for ever', () => {
  let now = 0;
  const hourly = new RecordingShelf(
    directory,
    (callId) => void failures.push(callId),
    () => now,
  );
  hourly.erase('CA1', true);
  now = 3_599_000;
  hourly.write('CA1', 0, both(1, 2, 10));
  expect(readdirSync(directory)).toEqual([]);

  now = 3_600_000;
  hourly.write('CA1', 0, both(1, 2, 10));
  hourly.close();
  expect(soundOf('CA1').data).toHaveLength(20);
});

describe('the recordings of a directory', () => {
  it('play after every write, in stereo μ-law', () => {
    shelf.write('CA1', 0, both(1, 2, 1_600));
    expect(soundOf('CA1')).toMatchObject({ encoding: 'mulaw', sampleRate: 8_000, channels: 2 });
    expect(soundOf('CA1').data).toHaveLength(3_200);

    shelf.write('CA1', 1_600, both(3, 4, 800));
    expect(soundOf('CA1').data).toHaveLength(4_800);
  });

  it('are silent, not loud, where nothing was written', () => {
    shelf.write('CA1', 20_000, both(1, 2, 10));
    const { data } = soundOf('CA1');

    expect(data).toHaveLength(40_020);
    expect(data.subarray(0, 40_000).every((code) => code === 0xff)).toBe(true);
  });

  it('can be corrected where they were written before', () => {
    shelf.write('CA1', 0, both(1, 2, 100));
    shelf.write('CA1', 50, both(3, 4, 10));

    expect([...soundOf('CA1').data.subarray(98, 104)]).toEqual([1, 2, 3, 4, 3, 4]);
    expect(soundOf('CA1').data).toHaveLength(200);
  });

  it('go on where they were when the call comes back', () => {
    shelf.write('CA1', 0, both(1, 2, 100));
    shelf.end('CA1');
    shelf.write('CA1', 100, both(3, 4, 100));

    expect(soundOf('CA1').data).toHaveLength(400);
  });

  it('never leave their directory, whatever a call is called', () => {
    const ids = [
      '../../evil',
      '/etc/passwd',
      'a/b',
      '..',
      '',
      'nul\0',
      'CON',
      'x'.repeat(5_000),
      'ünï',
      'h-1',
      'c-1',
    ];
    const paths = ids.map((callId) => recordingPath(directory, callId));
    for (const callId of ids) shelf.write(callId, 0, both(1, 2, 10));

    expect(readdirSync(directory)).toEqual(['recordings']);
    expect(readdirSync(recordingsDirectory(directory))).toHaveLength(ids.length);
    expect(readdirSync(recordingsDirectory(directory)).every(isRecordingName)).toBe(true);
    expect(new Set(paths).size).toBe(ids.length);
    expect(failures).toEqual([]);
  });

  it('fail without a word after the first, and go on when they can', () => {
    writeFileSync(join(directory, 'recordings'), 'in the way');
    for (let n = 0; n < 50; n++) expect(shelf.write('CA1', n * 10, both(1, 2, 10))).toBe(false);
    expect(failures).toEqual(['CA1: EEXIST']);

    rmSync(join(directory, 'recordings'));
    expect(shelf.write('CA1', 500, both(1, 2, 10))).toBe(true);
    expect(soundOf('CA1').data).toHaveLength(1_020);
  });

  it('are gone when erased, and stay away when that was for good', () => {
    shelf.write('CA1', 0, both(1, 2, 10));
    expect(shelf.erase('CA1', true)).toBe(true);
    expect(shelf.write('CA1', 10, both(1, 2, 10))).toBe(true);

    expect(readdirSync(recordingsDirectory(directory))).toEqual([]);
    expect(shelf.erase('CA1', true)).toBe(false);
  });

  it('are erased when they are old, and nothing else is', () => {
    shelf.write('old', 0, both(1, 2, 10));
    shelf.write('new', 0, both(1, 2, 10));
    shelf.end('old');
    mkdirSync(recordingsDirectory(directory), { recursive: true });
    writeFileSync(join(recordingsDirectory(directory), 'notes.txt'), 'mine');
    for (const name of ['c-old.wav', 'notes.txt'])
      utimesSync(join(recordingsDirectory(directory), name), 1_000, 1_000);

    expect(shelf.eraseOlder(2_000_000)).toBe(1);
    expect(readdirSync(recordingsDirectory(directory)).sort()).toEqual(['c-new.wav', 'notes.txt']);
  });
});
