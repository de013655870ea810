import type { Request, Response } from 'express';
import { callId } from '../api/call-id.ts';
import type { Refusal } from '../sign-in/gate.ts';
import type { Role, Visitor } from '../sign-in/visitor.ts';
import type { Route } from './route.ts';

/** What somebody did, or was kept from doing: for the log. Never what they wrote, nor what they read. */
export interface Deed {
  /** `delete /api/calls/:callId` */
  readonly route: string;
  readonly call?: string;
  readonly role: Role | null;
  readonly from: string;
  readonly status: number;
}

/** What the log is to tell of a request; null for a mere look. */
export function deedOf(route: Route, request: Request, response: Response): Deed | null {
  const { method, path, isTaken } = route;
  if (method === 'get' && !isTaken) return null;
  const call = callId.safeParse(request.params['callId']).data;
  const visitor: Visitor | null = response.locals['visitor'] ?? null;
  return {
    route: `${method} ${path}`,
    ...(call !== undefined && { call }),
    role: visitor?.role ?? null,
    from: request.ip ?? '',
    status: response.statusCode,
  };
}

/** Somebody tried what they may not, rather than that a browser has to sign in first. */
export function wasTried({ method }: Route, request: Request, because: Refusal): boolean {
  const isKnown = request.headers.authorization !== undefined;
  return method !== 'get' || isKnown || because === 'not_allowed' || because === 'foreign_site';
}
