import type { Request, Response } from 'express';
import { callId } from '../api/call-id.ts';
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
