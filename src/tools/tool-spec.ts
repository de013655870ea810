import { z } from 'zod';
import { TOOL_DEFAULTS, TOOL_LIMITS, type Tool } from './define-tool.ts';

/** Everything about a tool that can be written on a card and handed to another thread: all but what it does. */
export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
  readonly deadlineMs: number;
  readonly filler: string | null;
  readonly writes: boolean;
  readonly secret: readonly string[];
  readonly isSilent: boolean;
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** What is wrong with a value that should be a tool, each in a sentence with field and repair; empty if nothing. */
export function problemsOf(value: unknown): readonly string[] {
  const read = ToolShape.safeParse(value);
  if (!read.success) {
    return read.error.issues.map(
      (issue) => `${issue.path.join('.') || 'the default export'} ${issue.message}`,
    );
  }
  try {
    schemaOf(read.data.parameters);
    return [];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [
      `parameters cannot be written as a JSON Schema for the model (${reason}). Use plain fields: text, numbers, enums, lists.`,
    ];
  }
}

/** Takes what a file exported for a tool, if it is one. */
export function asTool(value: unknown): Tool | null {
  return isTool(value) ? value : null;
}

function isTool(value: unknown): value is Tool {
  return problemsOf(value).length === 0;
}

export function cardOf(tool: Tool): ToolSpec {
  return {
    name: tool.name,
    description: tool.description,
    parameters: schemaOf(tool.parameters),
    deadlineMs: tool.deadlineMs ?? TOOL_DEFAULTS.deadlineMs,
    filler: tool.filler === undefined ? TOOL_DEFAULTS.filler : tool.filler,
    writes: tool.writes ?? TOOL_DEFAULTS.writes,
    secret: tool.secret ?? TOOL_DEFAULTS.secret,
    isSilent: tool.isSilent ?? TOOL_DEFAULTS.isSilent,
  };
}

/** As the model sees the parameters. Objects are closed unless they were declared to be open. */
export function schemaOf(parameters: z.ZodType): JsonSchema {
  const { $schema: _, ...schema } = z.toJSONSchema(parameters, {
    io: 'input', // what has a default need not be given
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'object') jsonSchema.additionalProperties ??= false;
    },
  });
  return schema;
}

/** Two tools of one name would leave it to chance which one runs. */
export function namesTwice(cards: readonly ToolSpec[]): readonly string[] {
  const names = cards.map((card) => card.name);
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}

export const TOOL_NAME = /^[a-zA-Z0-9_-]{1,64}$/;

const { least, most } = TOOL_LIMITS.deadlineMs;

/** Objects of another copy of zod count as well: a user's folder may bring its own. */
const isZodObject = (value: unknown) => {
  const inner: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, '_zod') : null;
  const def: unknown = typeof inner === 'object' && inner !== null ? Reflect.get(inner, 'def') : null;
  return typeof def === 'object' && def !== null && Reflect.get(def, 'type') === 'object';
};

const ToolShape = z.strictObject(
  {
    name: z
      .string('must be a text.')
      .regex(TOOL_NAME, 'must be of letters, digits, _ and -, 64 at most, such as order_status.'),
    description: z
      .string('must say, for the model, what the tool does and when to use it.')
      .min(1, 'is empty.'),
    parameters: z.custom<z.ZodObject>(
      isZodObject,
      'must be a z.object({ … }) of zod 4; z.object({}) if the tool needs nothing.',
    ),
    run: z.custom<Tool['run']>((value) => typeof value === 'function', 'must be a function (args, context).'),
    deadlineMs: z
      .number(`must be a number of milliseconds from ${least} to ${most}.`)
      .min(least, `must be ${least} at least.`)
      .max(most, `must be ${most} at most: nobody waits longer on the phone.`)
      .optional(),
    filler: z.string('must be a text, or null for none.').nullable().optional(),
    writes: z.boolean('must be true or false.').optional(),
    secret: z.array(z.string(), 'must be a list of field names.').optional(),
    isSilent: z.boolean('must be true or false.').optional(),
  },
  { error: (issue) => shapeProblem(issue) },
);

function shapeProblem(issue: z.core.$ZodRawIssue): string {
  return issue.code === 'unrecognized_keys'
    ? `has fields that no tool has: ${issue.keys.join(', ')}. Is one misspelt?`
    : 'must be a tool: export default defineTool({ … }).';
}
