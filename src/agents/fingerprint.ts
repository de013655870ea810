import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** What the files of a folder look like at the moment: changes whenever one of them does. */
export async function fingerprintOf(folder: string, except: readonly string[] = []): Promise<string> {
  const lines = await linesOf(folder, except);
  return lines.join('\n');
}

async function linesOf(folder: string, except: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const lines = await Promise.all(
    entries.map(async (entry) => {
      if (except.includes(entry.name)) return [];
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return isSource(entry.name) ? linesOf(path, []) : [];
      if (!/\.(ts|mts|js|mjs|json|md|txt)$/.test(entry.name)) return [];
      const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
      return [`${path} ${mtimeMs} ${size}`];
    }),
  );
  return lines.flat().sort();
}

/** Packages are not edited, and what a tool writes to disk is no change of it. */
function isSource(folder: string): boolean {
  return folder !== 'node_modules' && folder !== 'data' && !folder.startsWith('.');
}
