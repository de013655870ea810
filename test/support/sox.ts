import { spawnSync } from 'node:child_process';

/** A decoder that is none of ours. */
export function soxIsThere(): boolean {
  return spawnSync('sox', ['--version']).error === undefined;
}

/** How long a recording of ours sounds, as sox hears it. It must have nothing to complain of. */
export function soxLengthMs(path: string): number {
  const decoded = ['-t', 'raw', '-e', 'signed-integer', '-b', '16', '-'];
  const { status, stdout, stderr } = spawnSync('sox', [path, ...decoded], { maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0 || stderr.length > 0)
    throw new Error(`sox left with ${status} over ${path}: ${stderr.toString()}`);
  return stdout.length / (2 * 2) / 8;
}
