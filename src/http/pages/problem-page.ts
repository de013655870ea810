import type { Response } from 'express';
import { html } from './html.ts';
import { contextOf, layout } from './layout.ts';

/** When there is no page to show: what happened, and where to go on. */
export function problemPage(response: Response, status: number, message: string): string {
  const title = TITLES.get(status) ?? 'This did not work';
  return layout(contextOf(response), {
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
