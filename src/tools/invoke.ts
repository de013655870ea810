import type { z } from 'zod';
import { isRecord } from '../ports/is-record.ts';
import { Refusal, TOOL_LIMITS, type Tool, type ToolContext } from './define-tool.ts';
import { answerTo, badArguments, toOutput } from './output.ts';
import { inItsOwnWords, kindAndPlace } from './thrown.ts';
import { cardOf, type JsonSchema, type ToolSpec } from './tool-spec.ts';

/** What came of one run, wherever it ran: bounded, and plain enough to cross to another thread. */
export interface ToolReply {
  readonly result: 'ok' | 'failed' | 'bad_arguments' | 'refused';
  /** A JSON text for the model. */
  readonly output: string;
  /** What went wrong, for the log; it may hold what the model must not see, and nothing that was said. */
  readonly trouble?: string;
  /** The same in the words of what was thrown, for its author's own terminal. */
  readonly thrown?: string;
}

/** A tool, ready to be run. */
export interface Ready {
  readonly card: ToolSpec;
  invoke(argumentsText: string, context: ToolContext): Promise<ToolReply>;
}

/** Runs a tool once: checks the arguments, runs it, and puts what came of it into bounded words. Never rejects. */
export function ready(tool: Tool): Ready {
  const card = cardOf(tool);
  return {
    card,
    async invoke(argumentsText, context) {
      try {
        const checked = await checkArguments(argumentsText, tool.parameters, card.parameters);
        if (!checked.ok) return { result: 'bad_arguments', output: badArguments(checked.problem) };
        return { result: 'ok', output: toOutput(await tool.run(checked.args, context)) };
      } catch (error) {
        return replyTo(error, card);
      }
    },
  };
}

/** A thrown thing, as a reply. Only a refusal speaks to the model in its own words. */
export function replyTo(error: unknown, card: Pick<ToolSpec, 'writes'>): ToolReply {
  // By name: a refusal may come from another copy of this file than the one we know.
  if (error instanceof Refusal || (error instanceof Error && error.name === 'Refusal')) {
    return { result: 'refused', output: toOutput({ error: error.message }) };
  }
  return {
    result: 'failed',
    output: answerTo('failed', card.writes),
    trouble: kindAndPlace(error),
    thrown: inItsOwnWords(error),
  };
}

export type CheckedArguments =
  | { readonly ok: true; readonly args: Readonly<Record<string, unknown>> }
  /** In words the model can mend its call by. They name fields, never values. */
  | { readonly ok: false; readonly problem: string };

/** Reads the model's text against a tool's parameters. A tool never sees what is not exactly as it asked. */
export async function checkArguments(
  text: string,
  parameters: z.ZodType,
  schema: JsonSchema,
): Promise<CheckedArguments> {
  const json = readJson(text);
  if (!json.ok) return json;
  const unknown = unknownFields(json.value, schema, '');
  if (unknown.length > 0) {
    const known = Object.keys(isRecord(schema['properties']) ? schema['properties'] : {});
    return wrong([
      ...unknown.map((field) => `there is no field ${field}`),
      known.length > 0 ? `the fields are ${known.join(', ')}` : 'it takes no fields at all',
    ]);
  }
  const read = await parameters.safeParseAsync(json.value);
  if (read.success) return { ok: true, args: isRecord(read.data) ? read.data : {} };
  return wrong(read.error.issues.slice(0, MOST_ISSUES).map(inWords));
}

type ReadJson =
  | { readonly ok: true; readonly value: Record<string, unknown> }
  | { readonly ok: false; readonly problem: string };

function readJson(text: string): ReadJson {
  if (Buffer.byteLength(text) > TOOL_LIMITS.argumentBytes) return wrong(['they are far too long']);
  let value: unknown;
  try {
    value = JSON.parse(text.trim() === '' ? '{}' : text); // models leave out what a tool does not need
  } catch {
    return wrong(['they are not valid JSON']);
  }
  if (!isRecord(value)) return wrong(['they must be one JSON object']);
  if (hasDangerousKey(value, 0))
    return wrong(['they have a field name that is not allowed, or too many levels']);
  return { ok: true, value };
}

function wrong(problems: readonly string[]): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: problems.join('; ') };
}

/** `__proto__` and its kin have no business in arguments, whatever schema would let them pass. */
function hasDangerousKey(value: unknown, level: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (level > MOST_LEVELS) return true;
  return Object.keys(value).some(
    (key) => DANGEROUS.has(key) || hasDangerousKey(Reflect.get(value, key), level + 1),
  );
}

const DANGEROUS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const MOST_LEVELS = 32;
const MOST_ISSUES = 5;

/** zod leaves unknown fields out silently; a model that invents a field should hear that it did. */
function unknownFields(value: unknown, schema: unknown, path: string): readonly string[] {
  if (!isRecord(schema)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => unknownFields(item, schema['items'], `${path}[${index}]`));
  }
  if (!isRecord(value) || !isRecord(schema['properties'])) return [];
  const { properties, additionalProperties } = schema;
  return Object.entries(value).flatMap(([key, field]) => {
    const at = path === '' ? key.slice(0, 60) : `${path}.${key.slice(0, 60)}`;
    if (Object.hasOwn(properties, key)) return unknownFields(field, properties[key], at);
    return additionalProperties === false ? [JSON.stringify(at)] : [];
  });
}

function inWords(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join('.') || 'the whole';
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) {
    return `${field} is missing (it must be of type ${issue.expected})`;
  }
  return `${field}: ${issue.message}`;
}
