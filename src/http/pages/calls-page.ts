import type { CallCard, CallPage } from '../../ports/store.ts';
import type { PageRequest } from '../making/page-requests.ts';
import { type Column, columnsOf } from './columns.ts';
import { filterForm } from './filter-form.ts';
import { html, type SafeHtml } from './html.ts';
import { layout } from './layout.ts';
import type { CallReads } from './room.ts';

/** The list of calls: live ones on top, then the newest; what is shown stands in the address. */
export async function callsPage(
  store: CallReads,
  { filter, query, search, context }: Extract<PageRequest, { type: 'calls_page' }>,
): Promise<string> {
  const { columns: names } = filter;
  const { after, limit = PAGE, ...asked } = query;
  const isFirst = after === undefined;
  const mayBeLive = isFirst && filter.end === undefined && filter.live !== 'no';
  const [live, page] = await Promise.all([
    mayBeLive ? store.list({ ...asked, isLive: true, limit: MOST_LIVE }) : NO_CALLS,
    filter.live === 'yes' ? NO_CALLS : store.list({ ...query, isLive: false, limit }),
  ]);
  const columns = columnsOf(names);
  const exported = new URLSearchParams(search);
  exported.delete('columns');
  const body = html`<h1 class="quiet-title">Calls</h1>
${filterForm(filter, columns, names !== undefined)}
${table([...live.calls, ...page.calls], columns)}
<div class="below">
  <span class="exports">Export <a href="/api/calls.csv?${String(exported)}" download>CSV</a>
  <a href="/api/calls.jsonl?${String(exported)}" download>JSON lines</a></span>
  ${!isFirst && html`<a class="button quiet" href="/?${search}">Newest</a>`}
  ${page.next !== null && html`<a class="button" rel="next" href="/?${withAfter(search, page.next)}">Older calls</a>`}
</div>`;
  return layout(context, { title: 'Calls', here: '/', script: 'calls.js', body });
}

export function table(cards: readonly CallCard[], columns: readonly Column[]): SafeHtml {
  if (cards.length === 0)
    return html`<p class="empty card">There are no such calls. <a href="/phone">Ring the agent</a> to have one.</p>`;
  return html`<table class="calls"><thead><tr>${columns.map(
    ({ title, isNumber }) => html`<th scope="col"${isNumber && html` class="number"`}>${title}</th>`,
  )}</tr></thead><tbody>${cards.map(
    (card) =>
      html`<tr data-call="${card.callId}"${card.endReason === null && html` class="is-live"`}>${columns.map(
        ({ name, title, isNumber, show }) =>
          html`<td class="${`c-${name}${isNumber ? ' number' : ''}`}" data-title="${title}">${show(card)}</td>`,
      )}</tr>`,
  )}</tbody></table>`;
}

function withAfter(search: string, after: string): string {
  const next = new URLSearchParams(search);
  next.set('after', after);
  return next.toString();
}

const NO_CALLS: CallPage = { calls: [], next: null };
const MOST_LIVE = 200;
const PAGE = 50;
