import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Those who put the others together. */
const EVERYTHING: readonly string[] = ['*'];

/** Who may import whom; a folder may always import itself, and anybody a package. Every file has a layer. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  errors: [],
  audio: [],
  net: [],
  disk: [],
  limits: [],
  ports: ['audio'],
  call: ['ports', 'audio', 'errors', 'limits', 'call/recall'],
  // What a journal says of its call: all that is shown of it is made of this, so others may ask for it as well.
  'call/recall': ['ports'],
  tools: ['ports', 'net', 'errors'],
  agents: ['ports', 'errors', 'tools'],
  // By the name of the package, as a user's own files do: an example is there to be copied elsewhere.
  examples: [],
  carriers: ['ports'],
  'carriers/browser': ['ports', 'carriers', 'carriers/media-stream'],
  'carriers/media-stream': ['ports', 'audio', 'errors', 'carriers'],
  'carriers/twilio': ['ports', 'errors', 'limits', 'carriers', 'carriers/media-stream'],
  'models/openai': ['ports', 'audio', 'errors', 'limits'],
  reading: ['ports', 'call/recall'],
  stores: ['ports', 'errors', 'disk', 'reading'],
  recordings: ['ports', 'audio', 'disk'],
  journal: ['ports', 'errors', 'disk', 'limits', 'stores', 'recordings'],
  live: ['ports'],
  after: ['ports', 'net', 'limits', 'reading'],
  // The pages draw what a recording sounds like.
  http: ['ports', 'audio', 'errors', 'disk'],
  practice: ['ports', 'audio', 'errors'],
  bench: ['ports', 'audio', 'practice'],
  testing: [
    'ports',
    'errors',
    'tools',
    'agents',
    'call',
    'call/recall',
    'reading',
    'app',
    'carriers',
    'practice',
  ],
  commands: EVERYTHING,
  app: EVERYTHING,
  main: ['app', 'errors'],
  index: ['agents', 'tools'],
};

/** A class and its body, up to the brace in the column that it began in. */
const CLASS = /^( *)(?:export )?(?:abstract )?class (\w+)[^\n]*\{\n([\s\S]*?)^\1\}/gm;
const FIELD = '(?:(?:public|private|protected|readonly|override|accessor|declare) )*#?\\w+[?!]?(?::| =|;)';

const SRC = join(import.meta.dirname, '../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.split(sep).join('/'));
const textOf = (file: string) => readFileSync(join(SRC, file), 'utf8');
const importsOf = (file: string) =>
  [...textOf(file).matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+\.ts)'/g)].map(([, path]) =>
    relative(SRC, join(SRC, dirname(file), path ?? ''))
      .split(sep)
      .join('/'),
  );
const LAYERS = Object.keys(MAY_IMPORT).sort((one, other) => other.length - one.length); // the innermost folder first
const layerOf = (file: string) =>
  LAYERS.find((layer) => file.startsWith(`${layer}/`) || file === `${layer}.ts`) ?? file;

describe('the house', () => {
  it('gives every file a layer', () => {
    expect(files.map(layerOf).filter((layer) => MAY_IMPORT[layer] === undefined)).toEqual([]);
  });

  it('has three files at its root', () => {
    expect(files.filter((file) => !file.includes('/')).sort()).toEqual(['errors.ts', 'index.ts', 'main.ts']);
  });

  it('has every import point inward', () => {
    const wrong = files.flatMap((file) => {
      const layer = layerOf(file);
      const allowed = [layer, ...(MAY_IMPORT[layer] ?? [])];
      return importsOf(file)
        .filter((target) => !allowed.includes(layerOf(target)) && !allowed.includes('*'))
        .map((target) => `${file} → ${target}`);
    });

    expect(wrong).toEqual([]);
  });

  it('has no ring of imports', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): readonly string[] | null => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return null;
      for (const target of importsOf(file)) {
        const ring = visit(target, [...path, file]);
        if (ring) return ring;
      }
      done.add(file);
      return null;
    };

    expect(files.map((file) => visit(file, [])).find((ring) => ring !== null)).toBeUndefined();
  });

  it('reads the environment in one place', () => {
    expect(files.filter((file) => textOf(file).includes('process.env'))).toEqual(['app/config.ts']);
  });

  it('takes time from the clock wherever a call depends on it', () => {
    const layers = ['call', 'carriers', 'models', 'agents', 'tools', 'http'];
    const ofCalls = files.filter((file) => layers.some((layer) => file.startsWith(`${layer}/`)));

    expect(
      ofCalls.filter((file) => /\b(setTimeout|setInterval|Date\.now|performance\.now)\(/.test(textOf(file))),
    ).toEqual([]);
  });

  it('has no class that hides a second idea: none with more than nine fields', () => {
    const classes = files.flatMap((file) =>
      [...textOf(file).matchAll(CLASS)].map((found) => ({ file, found })),
    );
    const overfull = classes.filter(({ found: [, indent = '', , body = ''] }) => {
      const field = new RegExp(`^${indent}  (?!static |get |set |async )${FIELD}`, 'gm');
      return (body.match(field) ?? []).length > 9;
    });

    expect(overfull.map(({ file, found: [, , name = ''] }) => `${file} ${name}`)).toEqual([]);
  });

  it('has no file that hides a second idea: none over 400 lines', () => {
    expect(files.filter((file) => textOf(file).split('\n').length > 400)).toEqual([]);
  });
});
