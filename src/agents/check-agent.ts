import { z } from 'zod';
import { BUILT_INS } from '../tools/built-in/index.ts';
import { SPAN, WEEKDAYS } from '../tools/built-in/opening-times.ts';
import { HTTP_METHODS, namesIn } from '../tools/http-tool.ts';
import { TOOL_NAME } from '../tools/tool-spec.ts';
import type { Agent } from './define-agent.ts';

export type CheckedAgent =
  | { readonly ok: true; readonly agent: Agent }
  /** Each with its field and how to repair it. */
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads what `agent.ts` exports. A mistake is found when the house opens, not when somebody calls. */
export function checkAgent(value: unknown): CheckedAgent {
  const read = AgentShape.safeParse(value);
  if (!read.success) {
    return { ok: false, problems: read.error.issues.map((issue) => inWords(issue)) };
  }
  const problems = contradictionsIn(read.data);
  return problems.length > 0 ? { ok: false, problems } : { ok: true, agent: read.data };
}

function inWords(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join('.') || 'the default export';
  if (issue.code === 'unrecognized_keys') {
    return `${field}: there is no field ${issue.keys.join(', ')}. Is it misspelt?`;
  }
  return `${field}: ${issue.message}`;
}

/** What is right field by field, and wrong together. */
function contradictionsIn(agent: Agent): readonly string[] {
  const problems: string[] = [];
  const targets = Object.keys(agent.transferTargets);
  const { silence, whenUnreachable, can } = agent;
  if (silence !== 'off' && silence.goodbyeAfterMs <= silence.askAfterMs) {
    problems.push('silence: goodbyeAfterMs must be greater than askAfterMs.');
  }
  if (agent.beforeTheEnd.noticeMs >= agent.maxDurationMs) {
    problems.push('beforeTheEnd: noticeMs must be less than maxDurationMs.');
  }
  if (whenUnreachable.do === 'transfer' && !targets.includes(whenUnreachable.to)) {
    problems.push(
      `whenUnreachable: to must be one of transferTargets (${targets.join(', ') || 'there are none'}).`,
    );
  }
  if (can.includes('transfer') && targets.length === 0) {
    problems.push('can: transfer needs transferTargets to choose from.');
  }
  if (can.includes('opening_hours') && !agent.openingHours) {
    problems.push('can: opening_hours needs openingHours.');
  }
  for (const { name, address, parameters } of agent.httpTools) {
    const unknown = namesIn(address).filter((field) => !(field in parameters.shape));
    if (unknown.length > 0) {
      problems.push(
        `httpTools: the address of ${name} names {${unknown.join('}, {')}}, which no parameter is called.`,
      );
    }
  }
  return problems;
}

const text = z.string('must be a text.').trim().min(1, 'must not be empty.');
const milliseconds = (least: number, most: number) => {
  const words = `must be a number of milliseconds from ${least} to ${most}.`;
  return z.number(words).min(least, words).max(most, words);
};
const oneOf = <const Choices extends readonly string[]>(choices: Choices) =>
  z.enum(choices, `must be one of ${choices.join(', ')}.`);
const days = z.number('must be a number of days.').min(0, 'must be 0 or more.');
const isFunction = (value: unknown) => typeof value === 'function';
const zodObject = z.custom<z.ZodObject>(
  (value) => isZodObject(value) && isForJson(value),
  'must be a z.object({ … }) of what JSON can say: texts, numbers, lists, but no dates.',
);
const variable = z.string().regex(/^[A-Za-z_]\w*$/, 'must be the name of a variable such as CRM_TOKEN.');
const variables = z.array(variable, 'must be a list of names.').readonly();
const headers = z.record(z.string(), z.string('must be a text.')).readonly();
const toolName = z
  .string('must be a text.')
  .regex(TOOL_NAME, 'must be of letters, digits, _ and -, 64 at most.');

const number = text.regex(
  /^(\*|\+\d{2,15}|[a-zA-Z][^\s]*)$/,
  'must be as the carrier writes it, such as +493012345678 (no spaces, with the country), or *.',
);

const turnDetection = z.discriminatedUnion(
  'type',
  [
    z
      .strictObject({
        type: z.literal('server_vad'),
        threshold: z.number().min(0).max(1),
        prefixPaddingMs: milliseconds(0, 5_000),
        silenceMs: milliseconds(50, 10_000),
      })
      .readonly(),
    z
      .strictObject({ type: z.literal('semantic_vad'), eagerness: oneOf(['low', 'medium', 'high', 'auto']) })
      .readonly(),
    z.strictObject({ type: z.literal('manual') }).readonly(),
  ],
  'must have a type: server_vad, semantic_vad or manual.',
);

const isProtected = z.boolean('must be true or false.').exactOptional();
const greeting = z.discriminatedUnion(
  'kind',
  [
    z.strictObject({ kind: z.literal('exactly'), text, isProtected }).readonly(),
    z.strictObject({ kind: z.literal('freely'), about: text, isProtected }).readonly(),
    z.strictObject({ kind: z.literal('none') }).readonly(),
  ],
  'must have a kind: exactly (with text), freely (with about) or none.',
);

/** It travels in an address, and takes some twenty seconds to say. */
const MOST_ANNOUNCED_CHARS = 300;

const transferTarget = z
  .strictObject({
    number: text.regex(
      /^(\+\d{5,15}|sip:\S+@\S+)$/,
      'must be + and digits with the country, or a sip: address.',
    ),
    when: text.exactOptional(),
    announce: text
      .max(
        MOST_ANNOUNCED_CHARS,
        `must not be longer than ${MOST_ANNOUNCED_CHARS} characters: callers wait meanwhile.`,
      )
      .exactOptional(),
  })
  .readonly();

const whenUnreachable = z.discriminatedUnion(
  'do',
  [
    z.strictObject({ do: z.literal('apologise'), text: text.exactOptional() }).readonly(),
    z.strictObject({ do: z.literal('transfer'), to: text }).readonly(),
  ],
  'must be { do: "apologise" } or { do: "transfer", to: … }.',
);

const spans = z
  .array(z.string().regex(SPAN, 'must be times such as 09:00-12:30.'), 'must be a list of times.')
  .readonly();
const openingHours = z
  .strictObject({
    timeZone: text.refine(isTimeZone, 'must be a time zone such as Europe/Berlin.'),
    week: z.partialRecord(oneOf(WEEKDAYS), spans).readonly(),
    exceptions: z
      .record(z.string().regex(/^\d{4}-\d\d-\d\d$/, 'must be a date such as 2026-12-24.'), spans)
      .readonly()
      .exactOptional(),
  })
  .readonly();

const httpTool = z
  .strictObject({
    name: toolName,
    description: text,
    parameters: zodObject,
    method: oneOf(HTTP_METHODS).exactOptional(),
    address: text.regex(/^https:\/\/[^{}/]+/, 'must begin with https:// and a host that is written out.'),
    hosts: z.array(text).min(1, 'must list the hosts it may reach.').readonly(),
    headers: headers.exactOptional(),
    pick: text.exactOptional(),
    deadlineMs: milliseconds(50, 120_000).exactOptional(),
    filler: z.string().nullable().exactOptional(),
    writes: z.boolean().exactOptional(),
    secret: z.array(z.string()).readonly().exactOptional(),
    isSilent: z.boolean().exactOptional(),
  })
  .readonly();

const mcpCommon = {
  name: z
    .string('must be a text.')
    .regex(/^[a-zA-Z0-9-]{1,24}$/, 'must be of letters, digits and -, 24 at most.'),
  tools: z.array(text).readonly().exactOptional(),
  writes: z.array(text).readonly().exactOptional(),
  deadlineMs: milliseconds(50, 120_000).exactOptional(),
};
const mcpServer = z.union(
  [
    z
      .strictObject({
        ...mcpCommon,
        command: text,
        args: z.array(z.string()).readonly().exactOptional(),
        environment: variables.exactOptional(),
      })
      .readonly(),
    z
      .strictObject({ ...mcpCommon, url: z.url('must be an address.'), headers: headers.exactOptional() })
      .readonly(),
  ],
  'must have a name, and either a command to start or a url to reach; see McpServer.',
);
const remoteMcpServer = z
  .strictObject({
    label: text,
    url: z.url('must be an address.').startsWith('https://', 'must begin with https://.'),
    authorizationFrom: variable.exactOptional(),
    allowed: z.array(text).readonly().exactOptional(),
  })
  .readonly();

const AgentShape: z.ZodType<Agent> = z.strictObject(
  {
    name: text.regex(/^[\w .-]{1,64}$/, 'must be a short name of letters, digits, spaces, _ and -.'),
    numbers: z.array(number, 'must be a list of numbers.').min(1, 'must name a number, or "*".').readonly(),
    instructions: z.union(
      [text, z.custom<Exclude<Agent['instructions'], string>>(isFunction)],
      'must be a text, or a function of the caller that gives one.',
    ),
    greeting,
    voice: text.exactOptional(),
    language: z
      .string()
      .regex(/^[a-z]{2,3}$/, 'must be a code such as en or de.')
      .exactOptional(),
    turnDetection,
    interruption: oneOf(['immediate', 'confirmed']),
    silence: z.union(
      [
        z.literal('off'),
        z
          .strictObject({
            askAfterMs: milliseconds(1_000, 600_000),
            goodbyeAfterMs: milliseconds(1_000, 600_000),
          })
          .readonly(),
      ],
      'must be { askAfterMs, goodbyeAfterMs } of 1000 ms or more, or "off".',
    ),
    maxDurationMs: milliseconds(10_000, 4 * 3_600_000),
    beforeTheEnd: z.strictObject({ noticeMs: milliseconds(0, 600_000), about: text }).readonly(),
    transferTargets: z.record(toolName, transferTarget).readonly(),
    whenUnreachable,
    can: z.array(oneOf(BUILT_INS), 'must be a list of built-in tools.').readonly(),
    openingHours: openingHours.exactOptional(),
    httpTools: z.array(httpTool).readonly(),
    mcpServers: z.array(mcpServer).readonly(),
    remoteMcpServers: z.array(remoteMcpServer).readonly(),
    environment: z
      .array(
        z
          .string()
          .regex(
            /^[A-Za-z_]\w*\??$/,
            'must be the name of a variable such as CRM_TOKEN, or CRM_TOKEN? if it may be missing.',
          ),
      )
      .readonly(),
    settings: z.record(z.string(), z.unknown(), 'must be an object.').readonly(),
    recording: oneOf(['announce', 'ask', 'on', 'off']),
    summary: zodObject.exactOptional(),
    keepDays: z.strictObject({ recording: days, transcript: days, record: days }).readonly(),
  },
  {
    error: (issue) =>
      issue.code === 'invalid_type' ? 'must be an agent: export default defineAgent({ … }).' : undefined,
  },
);

function isZodObject(value: unknown): value is z.ZodObject {
  return value instanceof z.ZodObject || (typeof value === 'object' && value !== null && '_zod' in value);
}

function isForJson(schema: z.ZodObject): boolean {
  try {
    z.toJSONSchema(schema, { io: 'input' });
    return true;
  } catch {
    return false;
  }
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
