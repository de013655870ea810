import type { FunctionTool, PromptItem } from './brain.ts';

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
