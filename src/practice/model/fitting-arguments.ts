import { z } from 'zod';
import type { FunctionTool, PromptItem } from './brain.ts';
import { fittingText } from './fitting-text.ts';
import { toolArguments } from './tool-arguments.ts';

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

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
