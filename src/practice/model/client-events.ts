import { readFileSync } from 'node:fs';
import type {
  RealtimeClientEvent,
  ResponseCreateEvent,
  ResponseCreateEventWithReferencesParam,
} from 'openai/resources/realtime/realtime';
import { z } from 'zod';
import { isRecord } from '../../ports/is-record.ts';
import { RequestError } from './request-error.ts';

/** What a client may send, by the vendor's own types. */
export type ClientEvent =
  | Exclude<RealtimeClientEvent, ResponseCreateEvent>
  | ResponseCreateEventWithReferencesParam;

export type ResponseRequest = NonNullable<ResponseCreateEventWithReferencesParam['response']>;

const CLIENT_EVENT_TYPES = [
  'session.update',
  'input_audio_buffer.append',
  'input_audio_buffer.commit',
  'input_audio_buffer.clear',
  'conversation.item.create',
  'conversation.item.truncate',
  'conversation.item.delete',
  'conversation.item.retrieve',
  'response.create',
  'response.cancel',
  'output_audio_buffer.clear',
] as const satisfies readonly ClientEvent['type'][];

const KNOWN_TYPES: ReadonlySet<string> = new Set(CLIENT_EVENT_TYPES);
const APPEND_FIELDS: ReadonlySet<string> = new Set(['type', 'event_id', 'audio']);

/** Reads one text frame; throws a `RequestError` that can be sent back as it is. */
export function readClientEvent(frame: string): ClientEvent {
  const event = parse(frame);
  const eventId = typeof event['event_id'] === 'string' ? event['event_id'] : null;
  try {
    return checked(event);
  } catch (error) {
    throw error instanceof RequestError ? error.answering(eventId) : error;
  }
}

function parse(frame: string): Record<string, unknown> {
  let event: unknown;
  try {
    event = JSON.parse(frame);
  } catch {
    throw new RequestError('invalid_event', 'The event is not valid JSON.');
  }
  if (!isRecord(event)) throw new RequestError('invalid_event', 'The event is not a JSON object.');
  return event;
}

function checked(event: Record<string, unknown>): ClientEvent {
  const { type } = event;
  if (typeof type !== 'string') throw new RequestError('invalid_event', "The 'type' field is missing.");
  if (isAppend(event)) return event;
  refuseBetaShapes(event);
  if (!KNOWN_TYPES.has(type)) {
    const known = CLIENT_EVENT_TYPES.map((name) => `'${name}'`).join(', ');
    throw new RequestError(
      'invalid_value',
      `Invalid value: '${type}'. Supported values are: ${known}.`,
      'type',
    );
  }
  if (!conforms<ClientEvent>(type, event)) throw new TypeError('A refused event was let through.');
  return event;
}

/** By hand and not by schema: a hundred callers send five thousand of these a second. */
function isAppend(
  event: Record<string, unknown>,
): event is { type: 'input_audio_buffer.append'; audio: string; event_id?: string } {
  if (event['type'] !== 'input_audio_buffer.append') return false;
  for (const field in event) {
    if (!APPEND_FIELDS.has(field)) {
      throw new RequestError('unknown_parameter', `Unknown parameter: '${field}'.`, field);
    }
  }
  const { audio } = event;
  if (audio === undefined) {
    throw new RequestError('missing_required_parameter', "Missing required parameter: 'audio'.", 'audio');
  }
  if (typeof audio !== 'string') {
    throw new RequestError('invalid_type', "Invalid type for 'audio': expected a base64 string.", 'audio');
  }
  return true;
}

const BETA_SESSION_FIELDS = [
  'modalities',
  'voice',
  'input_audio_format',
  'output_audio_format',
  'input_audio_transcription',
  'turn_detection',
  'temperature',
  'max_response_output_tokens',
];

function refuseBetaShapes(event: Record<string, unknown>): void {
  const session = event['session'];
  const isBeta =
    event['type'] === 'transcription_session.update' ||
    (event['type'] === 'session.update' &&
      isRecord(session) &&
      session['type'] === undefined &&
      BETA_SESSION_FIELDS.some((field) => field in session));
  if (isBeta) throw betaRefused();
}

export function betaRefused(): RequestError {
  return new RequestError(
    'beta_api_shape_disabled',
    'The beta shape of the Realtime API is no longer supported. Send the generally available shape.',
  ).closing();
}

/*
 * Client events are held against the closed variants of the published schemas, so that a client which works here
 * sends nothing that a live server would refuse.
 */

const SCHEMA_FILE = new URL('../../../fixtures/openai/realtime-events.schema.json', import.meta.url);
const SchemaFile = z.object({ $defs: z.record(z.string(), z.record(z.string(), z.json())) });

let definitions: z.infer<typeof SchemaFile>['$defs'] | null = null;
const compiled = new Map<string, z.ZodType>();

/** True, or a `RequestError` naming the first thing wrong. Schemas are compiled when their event is first seen. */
function conforms<Event>(type: string, event: unknown): event is Event {
  const result = schemaOf(type).safeParse(event);
  if (!result.success) throw firstProblem(result.error.issues, event);
  return true;
}

function schemaOf(type: string): z.ZodType {
  const known = compiled.get(type);
  if (known !== undefined) return known;
  definitions ??= SchemaFile.parse(JSON.parse(readFileSync(SCHEMA_FILE, 'utf8'))).$defs;
  const schema = z.fromJSONSchema({ $defs: definitions, ...definitions[`strict:${type}`] });
  compiled.set(type, schema);
  return schema;
}

type Issue = z.core.$ZodIssue;

interface Problem {
  readonly issue: Issue;
  readonly path: readonly PropertyKey[];
}

function firstProblem(issues: readonly Issue[], event: unknown): RequestError {
  const [problem] = flatten(issues, []);
  if (problem === undefined) return new RequestError('invalid_event', 'The event is not valid.');
  const { issue, path } = problem;
  if (issue.code === 'unrecognized_keys') {
    const param = asParam([...path, ...issue.keys.slice(0, 1)]);
    return new RequestError('unknown_parameter', `Unknown parameter: '${param}'.`, param);
  }
  const param = asParam(path);
  if (valueAt(event, path) === undefined) {
    return new RequestError('missing_required_parameter', `Missing required parameter: '${param}'.`, param);
  }
  const code = issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  return new RequestError(code, `Invalid value for '${param}': ${issue.message}.`, param);
}

/** Looks into unions: of their branches only the one the client seems to have meant is worth reporting. */
function flatten(issues: readonly Issue[], base: readonly PropertyKey[]): Problem[] {
  return issues.flatMap((issue) => {
    const path = [...base, ...issue.path];
    if (issue.code !== 'invalid_union') return [{ issue, path }];
    const branches = issue.errors.map((branch) => flatten(branch, path));
    branches.sort((a, b) => distance(a, path) - distance(b, path));
    return branches[0] ?? [{ issue, path }];
  });
}

/** How far a branch of a union is from what was sent: another `type` or `role` is far, another kind of value farther. */
function distance(branch: readonly Problem[], base: readonly PropertyKey[]): number {
  return branch.reduce((sum, { issue, path }) => {
    const isWhole = path.length === base.length && issue.code === 'invalid_type';
    const last = path.at(-1);
    const isKind = path.length === base.length + 1 && (last === 'type' || last === 'role');
    return sum + (isWhole ? 10_000 : isKind ? 100 : 1);
  }, 0);
}

function asParam(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function valueAt(event: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    event,
  );
}
