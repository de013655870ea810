import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/disk/make-folder.ts';
import { aFolder } from '../support/temp-folder.ts';

const isRoot = process.getuid?.() === 0;
if (isRoot) process.stderr.write('SKIPPED: folders that one may not write in. Root may write everywhere.\n');

describe('a folder', () => {
  it('is made with all that is missing on the way, and left as it is where it is there', () => {
    const { path } = aFolder({});

    makeFolder(join(path, 'a/b/c'));
    writeFileSync(join(path, 'a/b/c/kept'), '');
    makeFolder(join(path, 'a/b/c'));

    expect(statSync(join(path, 'a/b/c/kept')).isFile()).toBe(true);
  });

  it.each([
    ['where there are no folders to be made', '/proc/x/y', 'ENOENT'],
    ['where a file is in the way', '/dev/null/x', 'ENOTDIR'],
    ['where a file has its name', '/dev/null', 'EEXIST'],
  ])('cannot be made %s, and says so', (_where, path, code) => {
    expect(() => makeFolder(path)).toThrow(expect.objectContaining({ code }));
  });

  it.skipIf(isRoot)('cannot be made where one may not write', () => {
    const { path } = aFolder({});
    mkdirSync(join(path, 'closed'));
    chmodSync(join(path, 'closed'), 0o500);

    expect(() => makeFolder(join(path, 'closed/x'))).toThrow(expect.objectContaining({ code: 'EACCES' }));
  });
});
