import { z } from 'zod';
import { isRecord } from '../../ports/is-record.ts';
import type { FunctionTool, PromptItem } from './brain.ts';
import { fittingText } from './fitting-text.ts';

/*
 * Fills a function's arguments from what the conversation holds: the number the caller said, else a value of that
 * name in an earlier result, the newest first ("the first one" of the free times is the first that was found). What
 * can be left out is taken from there only when the caller points back. What is not found is left out, as a model does
 * that does not know.
 */

export function toolArguments(
  tool: FunctionTool,
  words: string,
  items: readonly PromptItem[],
  pointsBack: boolean,
): string {
  const required = requiredOf(tool.parameters);
  const results = items.flatMap((item) => (item.type === 'call_output' ? [parsed(item.output)] : []));
  const filled: Record<string, unknown> = {};
  for (const [name, schema] of properties(tool.parameters)) {
    const found = pointsBack || required.includes(name) ? newest(results, name) : undefined;
    const value = numberFor(name, schema, words) ?? choiceOf(schema) ?? found;
    if (value !== undefined) filled[name] = value;
  }
  return JSON.stringify(filled);
}

const NAMES_A_NUMBER = /number|order|reference/i;
const DIGITS = ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
const WORD = /[a-z]+|\d/gi;

/** "four two one seven" and "4217" alike; a lone "one" is a word and no number. */
function numberFor(name: string, schema: object, words: string): string | number | undefined {
  if (!NAMES_A_NUMBER.test(name)) return undefined;
  const digits = (words.match(WORD) ?? []).flatMap((word) => {
    if (/^\d$/.test(word)) return [word];
    const digit = DIGITS.indexOf(word.toLowerCase());
    return digit < 0 ? [] : [String(digit)];
  });
  if (digits.length < 2) return undefined;
  const isNumber = 'type' in schema && (schema.type === 'integer' || schema.type === 'number');
  return isNumber ? Number(digits.join('')) : digits.join('');
}

/** Where only one value is allowed, there is nothing to know. */
function choiceOf(schema: object): unknown {
  if ('const' in schema) return schema.const;
  const choices = 'enum' in schema && Array.isArray(schema.enum) ? schema.enum : [];
  return choices.length === 1 ? choices[0] : undefined;
}

function newest(results: readonly unknown[], name: string): unknown {
  return results.reduceRight<unknown>((found, result) => found ?? firstNamed(result, name), undefined);
}

function firstNamed(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (!Array.isArray(value) && Object.hasOwn(value, name)) return Reflect.get(value, name);
  for (const inner of Object.values(value)) {
    const found = firstNamed(inner, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function requiredOf(schema: unknown): readonly unknown[] {
  const isListed = typeof schema === 'object' && schema !== null && 'required' in schema;
  return isListed && Array.isArray(schema.required) ? schema.required : [];
}

function properties(schema: unknown): [string, object][] {
  if (typeof schema !== 'object' || schema === null || !('properties' in schema)) return [];
  const { properties: known } = schema;
  if (typeof known !== 'object' || known === null) return [];
  return Object.entries(known).flatMap(([name, inner]): [string, object][] =>
    typeof inner === 'object' && inner !== null ? [[name, inner]] : [],
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/*
 * Arguments for a function nobody told the practice model about: what the conversation holds, and for whatever the
 * function cannot do without besides, something that its JSON Schema takes.
 */

/** As JSON. Fits the function's schema, as far as schemas can be read here. */
export function fittingArguments(tool: FunctionTool, words: string, items: readonly PromptItem[]): string {
  const known: unknown = JSON.parse(toolArguments(tool, words, items, true));
  const made = new Maker(tool.parameters, words).make(tool.parameters, '', 0);
  const all = isRecord(made) && isRecord(known) ? { ...made, ...fittingOf(known, tool.parameters) } : made;
  return JSON.stringify(isRecord(all) ? all : {});
}

/** Of what is known, what the schema takes. */
function fittingOf(known: Record<string, unknown>, schema: unknown): Record<string, unknown> {
  const properties = field(schema, 'properties');
  return Object.fromEntries(
    Object.entries(known).filter(([name, value]) => isFitting(field(properties, name), value)),
  );
}

function isFitting(schema: unknown, value: unknown): boolean {
  if (!isRecord(schema)) return true;
  try {
    return z.fromJSONSchema(schema).safeParse(value).success;
  } catch {
    return true; // a schema of a kind that cannot be checked here
  }
}

const DEEPEST = 8;

/** Makes values for one function's schema. */
class Maker {
  readonly #root: unknown;
  readonly #words: string;

  constructor(root: unknown, words: string) {
    this.#root = root;
    this.#words = words;
  }

  make(given: unknown, name: string, depth: number): unknown {
    const schema = this.#resolved(given);
    if (!isRecord(schema) || depth > DEEPEST) return null;
    if ('const' in schema) return schema['const'];
    const choices = list(schema['enum']);
    if (choices.length > 0) return this.#mentioned(choices) ?? choices[0];
    if ('default' in schema) return schema['default'];
    const [example] = list(schema['examples']);
    if (example !== undefined) return example;
    const branches = [...list(schema['anyOf']), ...list(schema['oneOf'])];
    const branch = branches.find((each) => field(this.#resolved(each), 'type') !== 'null');
    if (branch !== undefined) return this.make(branch, name, depth + 1);
    return this.#ofType(
      merged(
        schema,
        list(schema['allOf']).map((part) => this.#resolved(part)),
      ),
      name,
      depth,
    );
  }

  #ofType(schema: Record<string, unknown>, name: string, depth: number): unknown {
    const types = [schema['type']].flat();
    const type = types.find((each) => each !== 'null') ?? types[0] ?? guessedType(schema);
    switch (type) {
      case 'string':
        return this.#text(schema, name);
      case 'integer':
      case 'number':
        return this.#number(schema, type === 'integer');
      case 'boolean':
        return true;
      case 'array': {
        const count = Math.min(20, Number(schema['minItems'] ?? 0));
        return Array.from({ length: count }, () =>
          this.make(schema['items'] ?? { type: 'string' }, name, depth + 1),
        );
      }
      case 'object':
        return this.#object(schema, depth);
      default:
        return null;
    }
  }

  #object(schema: Record<string, unknown>, depth: number): unknown {
    const names = list(schema['required']).filter((each) => typeof each === 'string');
    return Object.fromEntries(
      names.map((name) => [
        name,
        this.make(field(schema['properties'], name) ?? { type: 'string' }, name, depth + 1),
      ]),
    );
  }

  #text(schema: Record<string, unknown>, name: string): string {
    const { format, pattern } = schema;
    const known = typeof format === 'string' ? FORMATS[format] : undefined;
    if (known !== undefined) return known;
    if (typeof pattern === 'string') return fittingText(pattern) ?? name;
    const least = Number(schema['minLength'] ?? 0);
    const most = Number(schema['maxLength'] ?? LONGEST_TEXT);
    const text = subjectOf(this.#words) || this.#words || name || 'something';
    return text.slice(0, most).padEnd(least, 'x');
  }

  #number(schema: Record<string, unknown>, isWhole: boolean): number {
    const step = Number(schema['multipleOf'] ?? (isWhole ? 1 : 0));
    const above = (limit: unknown) => (limit === undefined ? undefined : Number(limit));
    const exclusive = above(schema['exclusiveMinimum']);
    const least =
      above(schema['minimum']) ?? (exclusive === undefined ? undefined : exclusive + (step || 0.5));
    const most = above(schema['maximum']) ?? above(schema['exclusiveMaximum']);
    const said = Number(/\d+(?:\.\d+)?/.exec(this.#words)?.[0] ?? Number.NaN);
    const isFitting =
      said >= (least ?? -Infinity) && said < (most ?? Infinity) && (!step || said % step === 0);
    if (isFitting) return said;
    const start = least ?? Math.min(1, most ?? 1);
    return step ? Math.ceil(start / step) * step : start;
  }

  #mentioned(choices: readonly unknown[]): unknown {
    const words = this.#words.toLowerCase();
    return choices.find((choice) => typeof choice === 'string' && words.includes(choice.toLowerCase()));
  }

  /** Follows references within the schema. */
  #resolved(schema: unknown): unknown {
    const reference = field(schema, '$ref');
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return schema;
    return reference
      .slice(2)
      .split('/')
      .reduce<unknown>(
        (inner, key) => field(inner, key.replaceAll('~1', '/').replaceAll('~0', '~')),
        this.#root,
      );
  }
}

const LONGEST_TEXT = 200;

const FORMATS: Readonly<Record<string, string | undefined>> = {
  'date-time': '2026-11-23T09:00:00Z',
  date: '2026-11-23',
  time: '09:00:00Z',
  duration: 'PT30M',
  email: 'caller@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  uri: 'https://example.com/',
  uuid: '3f2504e0-4f89-41d3-9a0c-0305e82c3301',
};

/** What a question is about: "What is the weather in Paris?" asks for Paris. */
function subjectOf(words: string): string {
  return (
    /\b(?:in|for|of|about|at|to|named|called|number)\s+([^?!.,;]+)[?!.]*\s*$/i.exec(words)?.[1]?.trim() ?? ''
  );
}

function merged(schema: Record<string, unknown>, parts: readonly unknown[]): Record<string, unknown> {
  const all = [schema, ...parts.filter(isRecord)];
  return {
    ...Object.assign({}, ...all),
    properties: Object.assign({}, ...all.map((each) => each['properties'])),
    required: all.flatMap((each) => list(each['required'])),
  };
}

function guessedType(schema: Record<string, unknown>): string {
  if (isRecord(schema['properties']) && Object.keys(schema['properties']).length > 0) return 'object';
  return 'items' in schema ? 'array' : 'string';
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
