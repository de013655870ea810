import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { hasEnded, OwnerWatch, processIdentity } from '../../src/journal/owner-watch.ts';

describe('who watches the owners of calls', () => {
  /** Looks every second at one that says something in those seconds, and gives the ones in which it is gone. */
  function goneIn(looksAt: readonly number[], beatAt: (second: number) => string): readonly number[] {
    const watch = new OwnerWatch({ goneMs: 5_000, blindMs: 3_000 }, () => false);
    return looksAt.filter((second) => {
      const seen = [{ owner: 'other', beat: beatAt(second), process: '' }];
      return watch.gone(seen, second * 1_000).length > 0;
    });
  }
  const seconds = Array.from({ length: 20 }, (_, second) => second);

  it('takes one for gone that was watched saying nothing for all of the time', () => {
    expect(goneIn(seconds, () => 'the same')[0]).toBe(5);
    expect(goneIn(seconds, (second) => `${Math.min(second, 9)}`)[0]).toBe(14);
    expect(goneIn(seconds, (second) => `${Math.floor(second / 4)}`)).toEqual([]);
  });

  it('begins anew when it could not look for a while, whatever the time of day that others say', () => {
    const blind = seconds.filter((second) => second < 4 || second >= 8);

    expect(goneIn(blind, () => 'the same')[0]).toBe(13);
    expect(goneIn([0, 1, 100, 101, 104], () => 'long ago')).toEqual([]);
  });

  it('needs no time where it can see that the process has ended', () => {
    const watch = new OwnerWatch({ goneMs: 5_000, blindMs: 3_000 }, (process) => process === 'ended');
    const seen = ['ended', 'runs'].map((process) => ({ owner: process, beat: '', process }));

    expect(watch.gone(seen, 0).map(({ owner }) => owner)).toEqual(['ended']);
  });
});

describe('which process it is', () => {
  it('is known of one of this machine that runs, is stopped, or has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const identity = processIdentity(child.pid);
    expect([hasEnded(identity), hasEnded(processIdentity())]).toEqual([false, false]);
    child.kill('SIGSTOP');
    expect(hasEnded(identity)).toBe(false);

    child.kill('SIGKILL');
    await once(child, 'exit');

    expect(hasEnded(identity)).toBe(true);
  });

  it('is not known of another machine, nor of an earlier version, and a number may be given again', () => {
    const [where, pid, started] = JSON.parse(processIdentity());

    expect(hasEnded(JSON.stringify([where, pid, `${started}1`]))).toBe(true);
    expect(hasEnded(JSON.stringify(['another machine', 999_999_999, '1']))).toBe(false);
    expect(['', 'x', '{}', '[]'].map(hasEnded)).toEqual([false, false, false, false]);
  });
});
