import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { readWav } from '../../src/audio/wav.ts';
import { RecordingShelf, recordingPath } from '../../src/recordings/shelf.ts';
import { killAfter } from '../support/kill.ts';

it('loses nothing older than a second when the process is killed with ten live calls', async () => {
  for (const ticks of [60, 83, 111]) {
    const report = await killAfter(ticks);
    expect([ticks, report]).toMatchObject([
      ticks,
      { calls: 10, recordings: 10, lostEvents: 0, lostFrames: 0, isSound: true, wasSetAside: false },
    ]);
    expect(report.mostOffMs).toBeLessThanOrEqual(1_000);
  }
}, 60_000);

it('puts the header of a recording right at the start when its process was killed between two writes', () => {
  const directory = mkdtempSync(join(tmpdir(), 'recordings-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const shelf = new RecordingShelf(directory, () => {});
  shelf.write('CA1', 0, new Uint8Array(1_600).fill(7));
  shelf.end('CA1');
  const path = recordingPath(directory, 'CA1');
  const before = readFileSync(path);
  writeFileSync(path, Buffer.concat([before, new Uint8Array(801).fill(9)]));

  expect(shelf.repair(Date.now() - 5_000)).toBe(0); // another server may still be writing it
  const later = Date.now() + 10_000;
  expect(shelf.repair(later)).toBe(1);
  expect(readWav(readFileSync(path)).data).toHaveLength(2_400);
  expect(readFileSync(path).readUInt32LE(before.length - 1_600 - 4)).toBe(2_400);
  expect(shelf.repair(later)).toBe(0);
});
