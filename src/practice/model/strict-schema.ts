import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { RequestError } from './request-error.ts';

/*
 * Client events are held against the closed variants of the published schemas, so that a client which works here
 * sends nothing that a live server would refuse.
 */

const SCHEMA_FILE = new URL('../../../fixtures/openai/realtime-events.schema.json', import.meta.url);
const SchemaFile = z.object({ $defs: z.record(z.string(), z.record(z.string(), z.json())) });

let definitions: z.infer<typeof SchemaFile>['$defs'] | null = null;
const compiled = new Map<string, z.ZodType>();

/** True, or a `RequestError` naming the first thing wrong. Schemas are compiled when their event is first seen. */
export function conforms<Event>(type: string, event: unknown): event is Event {
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
