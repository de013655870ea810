import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { END_REASONS } from '../../src/ports/facts.ts';
import { explain, PROBLEMS } from '../../src/ports/problems.ts';
import { TROUBLE_REASONS } from '../../src/stores/shared/trouble.ts';

const ROOT = join(import.meta.dirname, '../..');
const PAGE = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

/** Every code that stands somewhere in the source, `*` for what is put into it; the practice peers play the vendor. */
const CODES = [
  /type: 'problem',\s+code: '(\w+)'/g,
  /#odd\(\s*'(\w+)'/g,
  /(?:#odd|problem)\(`([^`]+)`/g,
  /\bcode: `([^`]+)`/g,
  /\bcode: [^,;]+\? '(\w+)' : `([^`]+)`/g,
  /type: 'odd', code: '(\w+)'/g,
  /\? null : '(instructions_\w+)'/g,
  /: '(more_\w+)'/g,
  /return `(unknown_event_[^`]+)`/g,
];

const said = new Set(
  readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.startsWith('practice') && !name.startsWith('http'))
    .flatMap((name) => {
      const text = readFileSync(join(ROOT, 'src', name), 'utf8');
      return CODES.flatMap((code) => [...text.matchAll(code)].flatMap(([, ...found]) => found));
    })
    .filter((code) => code !== undefined)
    .map((code) => code.replaceAll(/\$\{[^}]+\}/g, '*')),
);

/** Made of what was asked for, and of the vendor's word for why not. */
const MADE_UP = ['*_refused_*'];
/** Made of how an answer ended. */
const OUTCOMES = ['response_failed_*', 'response_incomplete_*'];

describe('the problems that a call can note', () => {
  it('are all explained, and none is that cannot come', () => {
    said.delete('response_*_*');
    said.delete('*_refused_*');

    expect([...said, ...OUTCOMES, ...MADE_UP].sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  it('stand in docs/errors.md, each with what it means and what to do', () => {
    for (const [code, { means, remedy }] of Object.entries(PROBLEMS))
      expect(PAGE).toContain(`| \`${code}\` | ${means} | ${remedy} |`);
  });

  it('are explained whatever their names are filled with, and unknown ones are not', () => {
    expect(explain('tries_again_http_503')).toBe(PROBLEMS['tries_again_*']);
    expect(explain('remote_tools_failed')).toBe(PROBLEMS.remote_tools_failed);
    expect(explain('session_update_refused_invalid_value')).toBe(PROBLEMS['*_refused_*']);
    expect(explain('something_of_tomorrow')).toBeNull();
  });
});

describe('docs/errors.md', () => {
  const rowsOf = (heading: string) =>
    [...(PAGE.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(
      ([, code]) => code,
    );

  it('has every end of a call, in the order in which they are listed', () => {
    expect(rowsOf('The end of a call')).toEqual(END_REASONS);
  });

  it('has every trouble of the call log', () => {
    expect(rowsOf('The call log')).toEqual(TROUBLE_REASONS);
  });

  it('has every foreseen failure', () => {
    const source = readFileSync(join(ROOT, 'src/errors.ts'), 'utf8');
    const codes = [...source.matchAll(/'([A-Z]+_[A-Z_]+)'/g)].map(([, code]) => code);

    expect(rowsOf('At the start')).toEqual(codes);
    expect(codes.length).toBeGreaterThan(0);
  });
});
