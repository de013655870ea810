import type { Request, Response } from 'express';
import { problemPage } from '../pages/problem-page.ts';

/** Says no, in the words of whoever asked: a page to a browser, JSON to a program. */
export function say(
  request: Request,
  response: Response,
  status: number,
  message: string,
  more: Readonly<Record<string, string>> = {},
): void {
  response.status(status);
  if (isForPage(request)) response.type('html').send(problemPage(response, status, message));
  else response.json({ error: message, ...more });
}

export function noSuchCall(request: Request, response: Response): void {
  say(request, response, 404, 'There is no such call, or nothing of this kind of it.');
}

export function isForPage(request: Request): boolean {
  return !request.path.startsWith('/api/');
}
