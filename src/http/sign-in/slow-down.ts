import type { Request, Response } from 'express';
import { say } from '../routing/say.ts';

/** The headers for whoever was not looked at. */
export const SLOW_DOWN = { 'Retry-After': '10', Connection: 'close' } as const;

/** Says that what somebody brings was not looked at. */
export function slowDown(request: Request, response: Response): void {
  response.set(SLOW_DOWN);
  say(request, response, 429, NOT_LOOKED_AT);
}

const NOT_LOOKED_AT =
  'Too many passwords are being tried at the moment, and yours was not looked at. Try again in a while.';
