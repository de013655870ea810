import { z } from 'zod';
import type { Door } from './route.ts';

/** What was not understood of a request, in sentences that help to write the next one. */
export function misunderstanding(error: z.ZodError, door: Door): string {
  const sentences = error.issues.flatMap((issue) => inWords(issue, door));
  return `This request was not understood. ${sentences.join('; ').slice(0, MOST_CHARS)}`;
}

function inWords(issue: z.core.$ZodIssue, door: Door): readonly string[] {
  const [where, ...path] = issue.path.map(String);
  const isTop = path.length === 0;
  if (issue.code === 'unrecognized_keys' && isTop && (where === 'query' || where === 'body'))
    return issue.keys.map((name) => unknownName(name, where, door));
  if (where === 'body' && isTop && issue.code === 'invalid_type') return [NO_OBJECT];
  return [`${path.join('.') || where}: ${issue.message}`];
}

function unknownName(name: string, where: 'query' | 'body', door: Door): string {
  const schema = door[where];
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  const none = `There is no ${where === 'query' ? 'parameter' : 'field'} ${name.slice(0, MOST_NAME_CHARS)}`;
  if (names.length === 0) return `${none}: this route takes none.`;
  const near = nearName(name, names);
  return near === null ? `${none}: there are ${names.join(', ')}.` : `${none}. Did you mean ${near}?`;
}

/** What the reader of bodies says of one that it could not read; null for a failure of another kind. */
export function unreadable(error: unknown): { readonly status: number; readonly sentence: string } | null {
  if (!(error instanceof Error) || !('type' in error) || !('status' in error)) return null;
  switch (error.type) {
    case 'entity.parse.failed':
      return { status: 400, sentence: `This request was not understood. ${NO_OBJECT}` };
    case 'entity.too.large':
      return { status: 413, sentence: `The body is too long: at most ${LONGEST_BODY_KB} KB are read.` };
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return { status: 415, sentence: ONLY_JSON };
    default:
      return typeof error.status === 'number' && error.status >= 400 && error.status < 500
        ? { status: error.status, sentence: 'This request was not understood. Its body could not be read.' }
        : null;
  }
}

export const ONLY_JSON = 'Send the body as JSON, with Content-Type: application/json.';

export const LONGEST_BODY_KB = 64;

const NO_OBJECT = 'The body has to be one JSON object, and is none.';
const MOST_CHARS = 600;
const MOST_NAME_CHARS = 60;

/** The name that was probably meant: one that is a slip away, or two in a long one. Null if there is none. */
export function nearName(written: string, names: Iterable<string>): string | null {
  const wanted = written.toLowerCase();
  const mostSlips = wanted.length < 3 ? 0 : wanted.length < 6 ? 1 : 2;
  let near: { readonly name: string; readonly slips: number } | null = null;
  for (const name of names) {
    const slips = slipsBetween(wanted, name.toLowerCase());
    if (slips <= mostSlips && slips < (near?.slips ?? Number.POSITIVE_INFINITY)) near = { name, slips };
  }
  return near?.name ?? null;
}

/** How many letters are missing, too many, wrong, or have changed places with their neighbour (Damerau). */
function slipsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > MOST_LENGTHS_APART) return Number.POSITIVE_INFINITY;
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const candidates = [at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1)];
      if (one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        candidates.push(at(beforeLast, j - 2) + 1);
      row.push(Math.min(...candidates));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, other.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

const MOST_LENGTHS_APART = 2;
