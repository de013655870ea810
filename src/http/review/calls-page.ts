import { z } from 'zod';
import type { CallCard, CallPage } from '../../ports/call-store.ts';
import { callListQuery, callQueryOf, lookedFor } from '../api/call-query.ts';
import { type Route, route } from '../routing/route.ts';
import { type Column, columnsOf } from './columns.ts';
import { filterForm } from './filter-form.ts';
import type { House } from './house.ts';
import { html, type SafeHtml } from './html.ts';
import { layout } from './layout.ts';

/** The list of calls: live ones on top, then the newest; what is shown stands in the address. */
export function callsPage({ store }: House): Route {
  return route('get /', {
    says: 'The calls.',
    needs: 'viewer',
    query: pageQuery,
    async handle({ query, request }, response) {
      const { columns: names, after, limit, ...filter } = query;
      const asked = callQueryOf(filter);
      const isFirst = after === undefined;
      const mayBeLive = isFirst && filter.end === undefined && filter.live !== 'no';
      const [live, page] = await Promise.all([
        mayBeLive ? store.list({ ...asked, isLive: true, limit: MOST_LIVE }) : NO_CALLS,
        filter.live === 'yes'
          ? NO_CALLS
          : store.list({ ...callQueryOf(query), isLive: false, limit: limit ?? PAGE }),
      ]);
      const columns = columnsOf(names);
      const address = new URL(request.originalUrl, 'http://here').searchParams;
      const body = html`<h1 class="quiet-title">Calls</h1>
${filterForm(filter, columns, names !== undefined)}
${table([...live.calls, ...page.calls], columns)}
<div class="below">
  <span class="exports">Export <a href="/api/calls.csv?${lookedFor(address)}" download>CSV</a>
  <a href="/api/calls.jsonl?${lookedFor(address)}" download>JSON lines</a></span>
  ${!isFirst && html`<a class="button quiet" href="/?${lookedFor(address, 'columns')}">Newest</a>`}
  ${page.next !== null && html`<a class="button" rel="next" href="/?${withAfter(address, page.next)}">Older calls</a>`}
</div>`;
      response.type('html').send(layout(response, { title: 'Calls', here: '/', script: 'calls.js', body }));
    },
  });
}

const pageQuery = callListQuery.extend({ columns: z.string().max(300).optional() });

function table(cards: readonly CallCard[], columns: readonly Column[]): SafeHtml {
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

function withAfter(address: URLSearchParams, after: string): string {
  const next = new URLSearchParams(lookedFor(address, 'columns'));
  next.set('after', after);
  return next.toString();
}

const NO_CALLS: CallPage = { calls: [], next: null };
const MOST_LIVE = 200;
const PAGE = 50;
