import type { Request, Response } from 'express';
import { z } from 'zod';
import type { Role, Visitor } from '../sign-in/visitor.ts';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/**
 * One route, whole: where it is, whom it is for, what may come in, what it does.
 *
 * Routes are values, so that what has to be true of all of them can be seen to at one place and
 * tested from the same list: nothing unparsed comes in, and nobody who may not.
 */
export interface Route {
  readonly method: Method;
  /** As Express writes it. */
  readonly path: string;
  readonly needs: Needs;
  readonly door: Door;
  readonly says: string;
  /** It stays open and tells what happens: then it is only for pages of ours. */
  readonly isStream: boolean;
  /** It hands out what was said or how it sounded: the log tells that somebody took it. */
  readonly isTaken: boolean;
  /** Parses what came and does it. Throws a ZodError for anything else. */
  handle(request: Request, response: Response, visitor: Visitor): Promise<void> | void;
}

/** `nobody`: open to whoever may see the sign-in page. */
export type Needs = Role | 'nobody';

export interface Door {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
}

/** What came through the door. */
export interface Input<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly visitor: Visitor;
  readonly request: Request;
}

const NOTHING = z.strictObject({});
const ANYTHING = z.unknown();

/**
 * Programs are told of every name that is not known, for what is left out without a word changes what they asked.
 * The addresses of pages are passed on by others, who put things of their own behind them.
 */
function asStrictAs(path: string, schema: z.ZodType | undefined): z.ZodType {
  if (!path.startsWith('/api/')) return schema ?? ANYTHING;
  return schema instanceof z.ZodObject ? schema.strict() : (schema ?? NOTHING);
}

interface RouteSpec<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** A sentence for whoever reads the list of routes. */
  readonly says: string;
  readonly needs: Needs;
  readonly isStream?: boolean;
  readonly isTaken?: boolean;
  handle(
    input: Input<z.output<Params>, z.output<Query>, z.output<Body>>,
    response: Response,
  ): Promise<void> | void;
}

/** `route('get /api/calls/:callId', …)`. */
export function route<
  Params extends z.ZodType = typeof NOTHING,
  Query extends z.ZodType = typeof ANYTHING,
  Body extends z.ZodType = typeof ANYTHING,
>(where: `${Method} /${string}`, spec: RouteSpec<Params, Query, Body>): Route {
  const { method, path } = splitWhere(where);
  const { params, query, body, needs, says } = spec;
  const read = z.object({
    params: params ?? NOTHING,
    query: asStrictAs(path, query),
    body: asStrictAs(path, body),
  });
  return {
    method,
    path,
    needs,
    says,
    isStream: spec.isStream ?? false,
    isTaken: spec.isTaken ?? false,
    door: { ...(params && { params }), ...(query && { query }), ...(body && { body }) },
    handle(request, response, visitor) {
      const came: unknown = { params: request.params, query: queryOf(request), body: request.body ?? {} };
      const input = read.parse(came) as {
        params: z.output<Params>;
        query: z.output<Query>;
        body: z.output<Body>;
      };
      return spec.handle({ ...input, visitor, request }, response);
    },
  };
}

/** Every name once: what was given twice is joined by commas, what was left empty has no value. */
function queryOf(request: Request): Readonly<Record<string, string | undefined>> {
  const { searchParams } = new URL(request.originalUrl, 'http://here');
  const query = new Map<string, string | undefined>();
  for (const [name, value] of searchParams) {
    const before = query.get(name);
    if (value === '') query.set(name, before);
    else query.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(query);
}

function splitWhere(where: string): { method: Method; path: string } {
  const [method = '', path = ''] = where.split(' ');
  return { method: z.enum(['get', 'post', 'put', 'patch', 'delete']).parse(method), path };
}

/** What somebody did, or was kept from doing: for the log. Never what they wrote, nor what they read. */
export interface Deed {
  /** `delete /api/calls/:callId` */
  readonly route: string;
  readonly call?: string;
  readonly role: Role | null;
  readonly from: string;
  readonly status: number;
}

/** What the log is to tell of a request that has just come, once it is known what became of it; null for a mere look. */
export function deedOf(
  { method, path, isTaken }: Route,
  request: Request,
  visitor: Visitor,
): ((response: Response) => Deed) | null {
  if (method === 'get' && !isTaken) return null;
  const call = callId.safeParse(request.params['callId']).data; // Express forgets it where something goes wrong
  const deed = { route: `${method} ${path}`, ...(call !== undefined && { call }), role: visitor.role };
  return ({ statusCode }) => ({ ...deed, from: request.ip ?? '', status: statusCode });
}

/** A call's id, as carriers give them: letters and digits, so that it can stand in an address and nowhere else. */
export const callId = z.string().regex(/^[\w-]{1,64}$/, 'the id of a call was expected');

export const ofCall = z.strictObject({ callId });
