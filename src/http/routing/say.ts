import type { Request, Response } from 'express';
import { html } from '../pages/html.ts';
import { layout, visitOf } from '../pages/layout.ts';

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

/** When there is no page to show: what happened, and where to go on. */
function problemPage(response: Response, status: number, message: string): string {
  const title = TITLES.get(status) ?? 'This did not work';
  return layout(visitOf(response), {
    title,
    here: null,
    body: html`<section class="narrow card"><h1>${title}</h1><p>${message}</p><p><a href="/">To the calls</a></p></section>`,
  });
}

const TITLES: ReadonlyMap<number, string> = new Map([
  [400, 'Not understood'],
  [401, 'Who is there?'],
  [403, 'Not for you'],
  [404, 'Nothing here'],
  [429, 'Slow down'],
  [503, 'Not just now'],
]);

/** The headers for whoever was not looked at. */
export const SLOW_DOWN = { 'Retry-After': '10', Connection: 'close' } as const;

/** Says that what somebody brings was not looked at. */
export function slowDown(request: Request, response: Response): void {
  response.set(SLOW_DOWN);
  say(request, response, 429, NOT_LOOKED_AT);
}

const NOT_LOOKED_AT =
  'Too many passwords are being tried at the moment, and yours was not looked at. Try again in a while.';
