import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import whom; a folder may always import itself, and anybody a package. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  audio: [],
  ports: ['audio'],
  errors: [],
  clock: ['ports'],
  'make-folder': [],
  'few-at-once': [],
  remembered: [],
  tools: ['ports', 'errors', 'clock'], // what runs in a thread of its own has no clock handed to it
  // The example business has a calendar, and a calendar needs to know what day it is.
  agents: ['ports', 'tools', 'errors', 'clock'],
  testing: ['ports', 'errors', 'clock', 'tools', 'agents', 'call', 'logs', 'plan-call.ts'],
  call: ['ports', 'audio', 'errors'],
  'after-call': ['ports', 'errors', 'few-at-once'],
  'carriers/twilio': ['ports', 'audio', 'errors', 'few-at-once', 'remembered'],
  'models/openai': ['ports', 'audio', 'errors'],
  practice: ['ports', 'audio', 'clock', 'errors'],
  logs: ['ports', 'audio', 'errors', 'make-folder', 'remembered'],
  // The pages draw what a recording sounds like.
  http: ['ports', 'audio', 'errors', 'make-folder'],
};

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
const layerOf = (file: string) =>
  Object.keys(MAY_IMPORT).find((layer) => file.startsWith(`${layer}/`) || file === `${layer}.ts`);

describe('the house', () => {
  it('has every import point inward', () => {
    const wrong = files.flatMap((file) => {
      const layer = layerOf(file);
      if (!layer) return [];
      const allowed = [layer, ...(MAY_IMPORT[layer] ?? [])];
      return importsOf(file)
        .filter((target) => !allowed.includes(layerOf(target) ?? target))
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
    expect(files.filter((file) => textOf(file).includes('process.env'))).toEqual(['config.ts']);
  });

  it('takes time from the clock wherever a call depends on it', () => {
    const layers = ['call', 'carriers', 'models', 'agents', 'tools', 'http'];
    const ofCalls = files.filter((file) => layers.some((layer) => file.startsWith(`${layer}/`)));

    expect(
      ofCalls.filter((file) => /\b(setTimeout|setInterval|Date\.now|performance\.now)\(/.test(textOf(file))),
    ).toEqual([]);
  });

  it('has no file that hides a second idea: none over 400 lines', () => {
    expect(files.filter((file) => textOf(file).split('\n').length > 400)).toEqual([]);
  });
});
