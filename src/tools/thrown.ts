import { NotReached } from '../net/pinned-request.ts';

/**
 * What of ours failed, in words that hold nothing of a caller's and no secret: they may be logged.
 * What anybody else throws may say anything.
 */
export class Foreseen extends Error {}

/** Whatever was thrown, for the log: of what kind it is, and where in whose file. Never what it says. */
export function kindAndPlace(thrown: unknown): string {
  try {
    if (thrown instanceof Foreseen || thrown instanceof NotReached) return thrown.message;
    if (!(thrown instanceof Error))
      return `threw ${thrown === null ? 'null' : `a thing of type ${typeof thrown}`}`;
    const cause = thrown.cause instanceof Error ? `, caused by ${kindOf(thrown.cause)}` : '';
    const place = placeOf(thrown);
    return kindOf(thrown) + cause + (place === null ? '' : ` at ${place}`);
  } catch {
    return UNREADABLE; // reading it may itself throw
  }
}

/** Whatever was thrown, whole: for its author's own terminal. */
export function inItsOwnWords(thrown: unknown): string {
  try {
    const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : `threw ${String(thrown)}`;
    return text.slice(0, MOST_CHARS);
  } catch {
    return UNREADABLE;
  }
}

/** The class's name rather than the error's own, and a code that looks like one: these are written by programmers. */
function kindOf(error: Error): string {
  const name = error instanceof DOMException ? error.name : error.constructor.name;
  const kind = /^[A-Z]\w{0,60}$/.test(name) ? name : 'Error';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return /^[A-Z][A-Z0-9_]{1,40}$/.test(code) ? `${kind} ${code}` : kind;
}

/** The first line of somebody's own file: `tools/order-status.ts:12:5`. */
function placeOf(error: Error): string | null {
  const { stack = '', message } = error;
  const frames = stack.slice(stack.indexOf(message) + message.length);
  for (const [, path = '', line, column] of frames.matchAll(FRAME)) {
    if (path.startsWith(OURS) || path.includes('/node_modules/')) continue;
    const [file = '', folder = ''] = path.split('/').reverse();
    return `${folder}/${file}:${line}:${column}`;
  }
  return null;
}

const FRAME = /^ +at (?:.* \()?(?:file:\/\/)?((?:\/[\w.@~-]+)*\/[\w.@~-]+\.[cm]?[jt]s):(\d+):(\d+)\)?$/gm;
const OURS = `${import.meta.dirname}/`;
const UNREADABLE = 'threw something that cannot be read';
const MOST_CHARS = 4_000;
