import type { ToolResult } from '../ports/tools.ts';
import { TOOL_LIMITS } from './define-tool.ts';

/**
 * What a tool returned, as the JSON text the model is told: always valid JSON, never more than the limit,
 * whatever the value is. Nothing is thrown: a getter that throws, a ring, a hundred thousand levels or ten
 * megabytes become words in the place where they were found.
 */
export function toOutput(value: unknown, mostBytes: number = TOOL_LIMITS.outputBytes): string {
  const plain = new Plainer(mostBytes).read(value, 0);
  const whole = JSON.stringify(plain === undefined ? NOTHING_RETURNED : plain);
  if (Buffer.byteLength(whole) <= mostBytes) return whole;
  return cutOutput(whole, mostBytes);
}

/** As much of a text as fits, marked as cut, and as a JSON text again. */
export function cutOutput(text: string, mostBytes: number = TOOL_LIMITS.outputBytes): string {
  const wrap = (begin: string) =>
    JSON.stringify({ note: 'This result was too long and is cut off at the end.', cut: true, begin });
  // Quoting at most sextuples a character (\u0000), and one of UTF-16 takes three bytes at most: halve until it fits.
  let chars = Math.min(text.length, mostBytes);
  let cut = wrap(text.slice(0, chars));
  while (Buffer.byteLength(cut) > mostBytes && chars > 0) {
    chars = Math.floor(chars * 0.9);
    cut = wrap(text.slice(0, chars).toWellFormed());
  }
  return cut;
}

const NOTHING_RETURNED = { done: true };

/** Deeper than this nobody reads aloud. */
const MOST_LEVELS = 12;

/** Copies a value into plain JSON, and stops when it has seen enough of it. */
class Plainer {
  readonly #path = new Set<object>();
  #bytesLeft: number;

  constructor(bytes: number) {
    this.#bytesLeft = bytes * 2; // beyond what fits, so that it shows that something was cut
  }

  read(value: unknown, level: number): unknown {
    switch (typeof value) {
      case 'string':
        return this.#text(value);
      case 'number':
        this.#bytesLeft -= 8;
        return Number.isFinite(value) ? value : String(value);
      case 'boolean':
        this.#bytesLeft -= 4;
        return value;
      case 'bigint':
        return this.#text(String(value));
      case 'object':
        return value === null ? null : this.#object(value, level);
      case 'undefined':
      case 'function':
      case 'symbol':
        return undefined;
    }
  }

  #text(text: string): string {
    const kept = text.slice(0, Math.max(0, this.#bytesLeft)).toWellFormed();
    this.#bytesLeft -= kept.length + 2;
    return kept;
  }

  #object(value: object, level: number): unknown {
    if (this.#path.has(value)) return '(again the same, left out)';
    if (level >= MOST_LEVELS) return '(deeper levels left out)';
    this.#path.add(value);
    try {
      return this.#inside(value, level);
    } catch {
      return '(could not be read)';
    } finally {
      this.#path.delete(value);
    }
  }

  #inside(value: object, level: number): unknown {
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Error) return '(an error)'; // its message is for the log
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `(${value.byteLength} bytes)`;
    if (value instanceof Map) return this.#list(value.entries(), level);
    if (Array.isArray(value) || value instanceof Set) return this.#list(value.values(), level);
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.read(value.toJSON(), level + 1);
    return this.#fields(value, level);
  }

  #list(items: Iterable<unknown>, level: number): readonly unknown[] {
    const list: unknown[] = [];
    for (const item of items) {
      if (this.#bytesLeft <= 0) break;
      this.#bytesLeft -= 1;
      list.push(this.read(item, level + 1) ?? null);
    }
    return list;
  }

  #fields(value: object, level: number): Readonly<Record<string, unknown>> {
    const fields: Record<string, unknown> = Object.create(null);
    for (const key in value) {
      if (this.#bytesLeft <= 0) break;
      if (!Object.hasOwn(value, key)) continue;
      this.#bytesLeft -= key.length + 4;
      fields[key.slice(0, 200).toWellFormed()] = this.#field(value, key, level);
    }
    return fields;
  }

  /** One field that throws when it is read must not cost the others. */
  #field(value: object, key: string, level: number): unknown {
    try {
      return this.read(Reflect.get(value, key), level + 1);
    } catch {
      return '(could not be read)';
    }
  }
}

/**
 * What the model is told when a tool did not do what it was asked: neutral, without a word of what went wrong
 * inside, and with what to do next. None of it is read out; it is put in a way that survives being read out.
 */
export function answerTo(
  result: Exclude<ToolResult, 'ok' | 'bad_arguments' | 'refused'>,
  writes: boolean,
): string {
  const sentence = writes ? WRITING[result] : LOOKING_UP[result];
  return JSON.stringify({ error: sentence });
}

export function badArguments(problem: string): string {
  return JSON.stringify({
    error: `The request was not accepted: ${problem}. Nothing was done. Ask again with the right fields; if you do not know one of them, ask the caller.`,
  });
}

export function refusal(sentence: string): string {
  return JSON.stringify({ error: sentence });
}

export const REFUSALS = {
  tooManyRounds:
    'You have asked for too many things in a row. Stop, say sorry to the caller, tell what you know so far, and offer that a colleague calls back.',
  tooManyAtOnce: 'That was too many requests at once, and this one was not done. Ask for fewer.',
  tooManyInCall:
    'No more requests can be made on this call. Say sorry to the caller and offer that a colleague calls back.',
  outOfService:
    'This is out of service at the moment. Tell the caller that it does not work, and offer another way.',
  notAllowedNow: 'This cannot be used at this point of the call.',
} as const;

const UNKNOWN = 'There is nothing of that name. Use only the functions you were given.';
const ENDED = 'The call is over.';

const LOOKING_UP = {
  failed:
    'This did not work, for a technical reason. Tell the caller so, do not guess the answer, and offer another way.',
  timed_out:
    'This took too long and was stopped. Tell the caller so, do not guess the answer, and offer another way.',
  unknown_tool: UNKNOWN,
  call_ended: ENDED,
} as const;

const WRITING = {
  failed:
    'This did not work, for a technical reason, and it is not certain whether anything was done. Do not try it again. Tell the caller so, and offer that a colleague checks and calls back.',
  timed_out:
    'This takes longer than it should and may still come through. Do not say that it is done. Tell the caller that it is being worked on; to see whether it is done, ask for exactly the same once more.',
  unknown_tool: UNKNOWN,
  call_ended: ENDED,
} as const;
