import type { CallCard } from '../../ports/store.ts';
import type { LogTrouble } from '../making/page-requests.ts';
import { table } from './calls-page.ts';
import { columnsOf } from './columns.ts';
import { html } from './html.ts';
import { layout, type PageContext } from './layout.ts';
import { troubleWords } from './log-trouble.ts';

/** The list of calls while what is kept of them cannot be read: that it is so, and the calls that go on. */
export function awayPage(cards: readonly CallCard[], trouble: LogTrouble, context: PageContext): string {
  const body = html`<h1 class="quiet-title">Calls</h1>
<section class="card away" role="alert"><h2>Only the calls that go on</h2><p>${troubleWords(trouble)}</p>
<p><a class="button" href="">Try again</a> <a class="button quiet" href="/live">Watch live calls</a></p></section>
${cards.length > 0 ? table(cards, columnsOf(undefined)) : html`<p class="empty card">Nobody is on the line.</p>`}`;
  return layout(context, { title: 'Calls', here: '/', script: 'calls.js', body });
}
