import { END_REASONS } from '../../ports/facts.ts';
import type { DayFigures } from '../../ports/store.ts';
import type { PageRequest } from '../making/page-requests.ts';
import { html, type SafeHtml } from './html.ts';
import { layout } from './layout.ts';
import { clockTime, dollars, endWords, isBadEnd, milliseconds } from './words.ts';

/** What the calls amount to. The table says it all; the script draws it. */
export function numbersPage(
  days: readonly DayFigures[],
  { filter, search, visit }: Extract<PageRequest, { type: 'numbers_page' }>,
): string {
  const figures = `/api/figures?${search}`;
  const body = html`<h1 class="quiet-title">Numbers</h1>
<form class="filters row" method="get" action="/numbers">
  <label><span>From</span><input type="date" name="from" value="${filter.from}"></label>
  <label><span>Until</span><input type="date" name="to" value="${filter.to}"></label>
  <label><span>Agent</span><input name="agent" value="${filter.agent}"></label><button class="main">Show</button></form>
${days.length === 0 ? html`<p class="empty card">There were no calls.</p>` : html`${sums(days)}<div class="charts" id="charts" data-figures="${figures}"></div>${endings(days)}${table(days)}`}`;
  return layout(visit, { title: 'Numbers', here: '/numbers', script: 'numbers.js', body });
}

function sums(days: readonly DayFigures[]): SafeHtml {
  const sum = (of: (day: DayFigures) => number) => days.reduce((total, day) => total + of(day), 0);
  const calls = sum((day) => day.calls);
  const facts = [
    ['Calls', String(calls)],
    ['Average length', clockTime(sum((day) => day.durationMs) / Math.max(1, calls))],
    ['Cost', dollars(sum((day) => day.cost))],
    ['Tool calls that failed', `${sum((day) => day.toolFailures)} of ${sum((day) => day.toolCalls)}`],
  ] as const;
  return html`<dl class="facts">${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}

function endings(days: readonly DayFigures[]): SafeHtml {
  const all = END_REASONS.map((reason) => ({
    reason,
    calls: days.reduce((total, { endReasons }) => total + (endReasons[reason] ?? 0), 0),
  })).filter(({ calls }) => calls > 0);
  const most = Math.max(1, ...all.map(({ calls }) => calls));
  return html`<section class="card"><h2>How calls ended</h2><ol class="bars wide">${all
    .toSorted((a, b) => b.calls - a.calls)
    .map(
      ({ reason, calls }) => html`<li><a href="/?end=${reason}">${endWords(reason)}</a>
<svg viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true"><rect class="${isBadEnd(reason) ? 'bad' : 'model'}" width="${Math.round((calls / most) * 1000)}" height="12"/></svg> <span class="number">${calls}</span></li>`,
    )}</ol></section>`;
}

function table(days: readonly DayFigures[]): SafeHtml {
  return html`<details class="card"><summary>As a table</summary><table id="days"><thead><tr><th>Day</th><th class="number">Calls</th><th class="number">Average length</th><th class="number">Latency p50</th><th class="number">p95</th><th class="number">Tool errors</th><th class="number">Cost</th></tr></thead>
<tbody>${days.map(
    ({ day, calls, durationMs, latencyP50Ms, latencyP95Ms, toolFailures, cost }) =>
      html`<tr><td><a href="/?from=${day}&amp;to=${day}">${day}</a></td><td class="number">${calls}</td><td class="number">${clockTime(durationMs / Math.max(1, calls))}</td><td class="number">${milliseconds(latencyP50Ms)}</td><td class="number">${milliseconds(latencyP95Ms)}</td><td class="number">${toolFailures}</td><td class="number">${dollars(cost)}</td></tr>`,
  )}</tbody></table></details>`;
}
