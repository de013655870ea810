import { TOOL_LIMITS } from './limits.ts';

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
