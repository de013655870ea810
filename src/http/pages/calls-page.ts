import { END_REASONS } from '../../ports/facts.ts';
import type { CallCard, CallPage } from '../../ports/store.ts';
import type { CallFilter } from '../api/call-query.ts';
import type { LogTrouble, PageRequest } from '../making/page-requests.ts';
import { html, type Piece, type SafeHtml } from './html.ts';
import { layout, type PageVisit } from './layout.ts';
import type { CallReads } from './room.ts';
import {
  clockTime,
  count,
  dollars,
  endWords,
  isBadEnd,
  milliseconds,
  moment,
  troubleWords,
} from './words.ts';

/** The list of calls: live ones on top, then the newest; what is shown stands in the address. */
export async function callsPage(
  store: CallReads,
  { filter, query, search, visit }: Extract<PageRequest, { type: 'calls_page' }>,
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
  const asAsked = exported.size === 0 ? '' : `?${String(exported)}`;
  const body = html`<h1 class="quiet-title">Calls</h1>
${filterForm(filter, columns, names !== undefined)}
${table([...live.calls, ...page.calls], columns)}
<div class="below">
  <span class="exports">Export <a href="/api/calls.csv${asAsked}" download>CSV</a>
  <a href="/api/calls.jsonl${asAsked}" download>JSON lines</a></span>
  ${!isFirst && html`<a class="button quiet" href="/?${search}">Newest</a>`}
  ${page.next !== null && html`<a class="button" rel="next" href="/?${withAfter(search, page.next)}">Older calls</a>`}
</div>`;
  return layout(visit, { title: 'Calls', here: '/', script: 'calls.js', body });
}

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

function withAfter(search: string, after: string): string {
  const next = new URLSearchParams(search);
  next.set('after', after);
  return next.toString();
}

const NO_CALLS: CallPage = { calls: [], next: null };
const MOST_LIVE = 200;
const PAGE = 50;

/** Everything one can look for; what is looked for stands in the address. Works without any script. */
function filterForm(filter: CallFilter, columns: readonly Column[], hasColumns: boolean): SafeHtml {
  const { q, tz, ...others } = filter;
  const active = Object.values(others).filter((value) => value !== undefined).length;
  return html`<form class="filters" method="get" action="/" role="search">
<div class="search-row">
  <input type="search" name="q" value="${q}" placeholder="Search in what was said" aria-label="Search in what was said" data-key="/">
  <button class="main">Search</button>
  <a class="button quiet" href="/">Clear</a>
</div>
<details${active > 0 && html` open`}>
  <summary>Filters${active > 0 && html` <span class="pill">${active}</span>`}</summary>
  <div class="fields">
    ${field('From', html`<input type="date" name="from" value="${filter.from}">`)}
    ${field('Until', html`<input type="date" name="to" value="${filter.to}">`)}
    ${field('Number', html`<input name="number" value="${filter.number}" inputmode="tel" autocomplete="off">`)}
    ${field('Agent', html`<input name="agent" value="${filter.agent}" autocomplete="off">`)}
    ${field(
      'Direction',
      choice('direction', filter.direction, [
        ['inbound', 'incoming'],
        ['outbound', 'outgoing'],
      ]),
    )}
    ${field(
      'Ended',
      choice(
        'end',
        filter.end,
        END_REASONS.map((reason) => [reason, endWords(reason)] as const),
      ),
    )}
    ${field(
      'State',
      choice('live', filter.live, [
        ['yes', 'going on'],
        ['no', 'over'],
      ]),
    )}
    ${field('Tool used', html`<input name="tool" value="${filter.tool}" autocomplete="off">`)}
    ${field(
      'Trouble',
      choice('trouble', filter.trouble, [
        ['tool', 'a tool failed'],
        ['problem', 'a problem'],
      ]),
    )}
    ${field('Cut in at least', number('interruptions', filter.interruptions, 1))}
    ${field('Latency at least (ms)', number('latency', filter.latency, 50))}
    ${field('Longer than (s)', number('longer', filter.longer, 1))}
    ${field('Shorter than (s)', number('shorter', filter.shorter, 1))}
    ${field('Cost at least ($)', number('cost', filter.cost, 0.01))}
    ${field(
      'Reviewed',
      choice('reviewed', filter.reviewed, [
        ['yes', 'reviewed'],
        ['no', 'not yet'],
      ]),
    )}
    ${field('Tag', html`<input name="tag" value="${filter.tag}" autocomplete="off">`)}
  </div>
</details>
<details${hasColumns && html` open`}>
  <summary>Columns</summary>
  <div class="checks">${COLUMNS.filter(({ name }) => name !== 'when').map(
    ({ name, title }) =>
      html`<label><input type="checkbox" name="columns" value="${name}"${columns.some((column) => column.name === name) && html` checked`}> ${title}</label>`,
  )}</div>
</details>
<input type="hidden" name="tz" value="${tz ?? 0}">
</form>`;
}

function field(title: string, input: Piece): SafeHtml {
  return html`<label><span>${title}</span>${input}</label>`;
}

function number(name: string, value: number | undefined, step: number): SafeHtml {
  return html`<input type="number" name="${name}" value="${value}" min="0" step="${step}">`;
}

function choice(
  name: string,
  chosen: string | undefined,
  options: readonly (readonly [string, string])[],
): SafeHtml {
  return html`<select name="${name}"><option value="">any</option>${options.map(
    ([value, title]) =>
      html`<option value="${value}"${value === chosen && html` selected`}>${title}</option>`,
  )}</select>`;
}

/** The list of calls while what is kept of them cannot be read: that it is so, and the calls that go on. */
export function awayPage(cards: readonly CallCard[], trouble: LogTrouble, visit: PageVisit): string {
  const body = html`<h1 class="quiet-title">Calls</h1>
<section class="card away" role="alert"><h2>Only the calls that go on</h2><p>${troubleWords(trouble)}</p>
<p><a class="button" href="">Try again</a> <a class="button quiet" href="/live">Watch live calls</a></p></section>
${cards.length > 0 ? table(cards, columnsOf(undefined)) : html`<p class="empty card">Nobody is on the line.</p>`}`;
  return layout(visit, { title: 'Calls', here: '/', script: 'calls.js', body });
}

/** What the list of calls can show of each. */
interface Column {
  readonly name: string;
  readonly title: string;
  readonly isNumber?: true;
  readonly show: (card: CallCard) => Piece;
}

const COLUMNS: readonly Column[] = [
  {
    name: 'when',
    title: 'When',
    show: (card) => html`<a class="whole-row" href="/calls/${card.callId}">${moment(card.startedWallMs)}</a>`,
  },
  { name: 'who', title: 'Who', show: (card) => whoOf(card) },
  { name: 'agent', title: 'Agent', show: ({ agent }) => agent },
  {
    name: 'duration',
    title: 'Length',
    isNumber: true,
    show: (card) =>
      card.endReason === null ? html`<span class="pill live">live</span>` : clockTime(card.durationMs),
  },
  {
    name: 'summary',
    title: 'What about',
    show: ({ summary }) => html`<span class="summary">${summary}</span>`,
  },
  {
    name: 'end',
    title: 'How it ended',
    show: ({ endReason }) =>
      endReason !== null &&
      html`<span class="${isBadEnd(endReason) ? 'pill bad' : 'pill'}">${endWords(endReason)}</span>`,
  },
  {
    name: 'latency',
    title: 'Latency',
    isNumber: true,
    show: ({ latencyP50Ms }) => milliseconds(latencyP50Ms),
  },
  {
    name: 'latency95',
    title: 'Latency p95',
    isNumber: true,
    show: ({ latencyP95Ms }) => milliseconds(latencyP95Ms),
  },
  { name: 'turns', title: 'Turns', isNumber: true, show: ({ turns }) => turns },
  { name: 'interruptions', title: 'Cut in', isNumber: true, show: ({ interruptions }) => interruptions },
  { name: 'tools', title: 'Tools', show: ({ tools }) => tools.join(', ') },
  { name: 'cost', title: 'Cost', isNumber: true, show: ({ cost }) => dollars(cost) },
  { name: 'model', title: 'Model', show: ({ model }) => model },
  { name: 'flags', title: 'Flags', show: flagsOf },
];

const USUAL_COLUMNS = ['when', 'who', 'duration', 'summary', 'end', 'latency', 'cost', 'flags'];

/** Those that were asked for, in our order; the usual ones if none was. */
function columnsOf(names: string | undefined): readonly Column[] {
  const wanted = new Set(names === undefined ? USUAL_COLUMNS : names.split(','));
  wanted.add('when'); // it leads to the call
  return COLUMNS.filter(({ name }) => wanted.has(name));
}

export function whoOf({ direction, from, to }: CallCard): Piece {
  const [who, arrow, said] = direction === 'inbound' ? [from, '↙', 'from'] : [to, '↗', 'to'];
  return html`<span class="arrow" title="${direction}" aria-label="${said}">${arrow}</span> ${who}`;
}

export function flagsOf(card: CallCard): Piece {
  const { toolFailures, problems, interruptions, isReviewed, tags, notes } = card;
  return [
    toolFailures > 0 && html`<span class="pill bad">${count(toolFailures, 'tool error')}</span> `,
    problems > 0 && html`<span class="pill warn">${count(problems, 'problem')}</span> `,
    interruptions > 2 && html`<span class="pill warn">cut in ${interruptions}×</span> `,
    tags.map((tag) => html`<span class="pill tag">${tag}</span> `),
    notes.length > 0 && html`<span class="pill">${count(notes.length, 'note')}</span> `,
    isReviewed && html`<span class="pill good" title="Reviewed">✓ reviewed</span> `,
  ];
}
