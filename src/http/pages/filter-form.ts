import { END_REASONS } from '../../ports/end-reasons.ts';
import type { CallFilter } from '../api/call-query.ts';
import { COLUMNS, type Column } from './columns.ts';
import { html, type Piece, type SafeHtml } from './html.ts';
import { endWords } from './words.ts';

/** Everything one can look for; what is looked for stands in the address. Works without any script. */
export function filterForm(filter: CallFilter, columns: readonly Column[], hasColumns: boolean): SafeHtml {
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
