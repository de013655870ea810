import { z } from 'zod';
import { nearName } from './near-name.ts';
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
