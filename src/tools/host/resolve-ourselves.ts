import { registerHooks } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Lets files outside this repository say `import { defineTool } from 'ringdown'`.
 *
 * Node resolves a package from the importing file's folder upwards, and an agent's folder may lie anywhere. So its
 * `ringdown` is always the one that runs, and its `zod` is ours where it has none of its own. A version in the
 * query of an agent's address is handed on to the files beside and below it, so that all of them are read anew.
 */
export function resolveOurselves(agentFolder: string): void {
  const inside = `${pathToFileURL(dirname(agentFolder)).href}/`; // agents share files
  if (folders.has(inside)) return;
  folders.add(inside);
  if (folders.size > 1) return; // one hook for all
  registerHooks({
    resolve(specifier, context, next) {
      const ours = OURS[specifier];
      if (ours !== undefined) return { url: new URL(ours, import.meta.url).href, shortCircuit: true };
      const found = specifier === 'zod' ? zodFor(context, next) : next(specifier, context);
      if (!isOfAgents(found.url)) return found;
      const version = /\?v=\d+$/.exec(context.parentURL ?? '')?.[0] ?? '';
      const url = found.url.includes('?') ? found.url : found.url + version;
      return { ...found, url, ...(isTypeScript(url) ? { format: 'module-typescript' } : {}) };
    },
  });
}

type Resolve = Parameters<typeof registerHooks>[0]['resolve'] & {};
type Context = Parameters<Resolve>[1];
type Next = Parameters<Resolve>[2];

const folders = new Set<string>();

/** Names that a user's files may import from anywhere, and what they get. */
const OURS: Readonly<Record<string, string>> = {
  ringdown: '../../index.ts',
  'ringdown/testing': '../../testing/index.ts',
};

function zodFor(context: Context, next: Next): ReturnType<Next> {
  try {
    return next('zod', context);
  } catch {
    return next('zod', { ...context, parentURL: import.meta.url });
  }
}

/** Also in a folder whose package.json does not say that its files are modules. */
function isTypeScript(url: string): boolean {
  return /\.ts(\?v=\d+)?$/.test(url);
}

function isOfAgents(url: string): boolean {
  return !url.includes('/node_modules/') && [...folders].some((folder) => url.startsWith(folder));
}
