import type { CallReading } from '../../ports/reading.ts';
import type { CallCard } from '../../ports/store.ts';
import type { KnownCall } from '../making/known-call.ts';
import { mayDo } from '../sign-in/visitor.ts';
import { flagsOf, whoOf } from './columns.ts';
import { html, type SafeHtml } from './html.ts';
import { layout, type PageContext } from './layout.ts';
import { markersOf } from './markers.ts';
import { player } from './player.ts';
import { sidePanel } from './side-panel.ts';
import { transcriptList } from './transcript-list.ts';
import { clockTime, dollars, endWords, milliseconds, moment } from './words.ts';

/** One call, whole: heard, read, judged. */
export function callPage(
  { card, events, state }: KnownCall,
  reading: CallReading,
  context: PageContext,
): string {
  const { callId } = card;
  const isOperator = mayDo(context.visitor, 'operator');
  const markers = markersOf(events, state, card.notes);
  const body = html`<article class="call" data-call="${callId}">
${header(card, isOperator)}
${card.endReason === null && html`<p class="card live-now"><span class="pill live">live</span> This call goes on. <a href="/live?call=${callId}">Watch it as it happens</a>, then come back for its sound.</p>`}
${card.hasRecording && player(card, markers)}
<div class="columns">
  <section aria-labelledby="said"><h2 id="said">What was said</h2>
  ${transcriptList(reading.transcript(state), [...state.tools.values()], markers)}</section>
  ${sidePanel(card, state, reading, isOperator)}
</div>
<details class="card events" id="events"><summary>Events <span class="pill">${events.length}</span></summary>
  <label class="stack">Show only lines with <input type="search" id="event-filter" autocomplete="off" placeholder="tool, problem, response_done …"></label>
  <ol class="raw" id="event-lines"></ol>
</details>
</article>`;
  const title = `${card.direction === 'inbound' ? card.from : card.to}, ${clockTime(card.durationMs)}`;
  return layout(context, { title, here: null, script: 'call.js', body });
}

function header(card: CallCard, isOperator: boolean): SafeHtml {
  const { startedWallMs, durationMs, endReason, latencyP50Ms, latencyP95Ms, cost, turns, interruptions } =
    card;
  return html`<header class="call-head">
<p class="crumbs"><a href="/" data-key="u">Calls</a></p>
<h1>${whoOf(card)}</h1>
<p class="under">${moment(startedWallMs)} · <span class="plain">${card.direction === 'inbound' ? 'called' : 'from'} ${card.direction === 'inbound' ? card.to : card.from}</span> · ${card.agent} · ${card.model}</p>
<dl class="facts">
  ${fact('Length', clockTime(durationMs))}
  ${fact('Ended', endWords(endReason))}
  ${fact('Latency p50 / p95', `${milliseconds(latencyP50Ms)} / ${milliseconds(latencyP95Ms)}`)}
  ${fact('Cost', dollars(cost))}
  ${fact('Turns', String(turns))}
  ${fact('Cut in', `${interruptions}×`)}
</dl>
<div class="flags">${flagsOf({ ...card, tags: [], notes: [], isReviewed: false })}
  <span id="tags">${card.tags.map(
    (tag) =>
      html`<span class="pill tag" data-tag="${tag}">${tag}${isOperator && html` <button class="bare" data-untag="${tag}" aria-label="Take the tag ${tag} off">×</button>`}</span> `,
  )}</span>
  ${
    isOperator &&
    html`<form id="tag-form" class="inline"><input name="tag" maxlength="60" required placeholder="add a tag" aria-label="Add a tag" autocomplete="off"></form>
  <label class="switch"><input type="checkbox" id="reviewed"${card.isReviewed && html` checked`}> reviewed</label>`
  }
  <a class="quiet" href="/calls/${card.callId}" id="permalink">permanent link</a>
</div>
</header>`;
}

function fact(name: string, value: string): SafeHtml {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}
