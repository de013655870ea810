import type { CallState, ToolUse, TurnLatency } from '../../ports/call-state.ts';
import type { CallReading, TranscriptLine } from '../../ports/reading.ts';
import type { CallCard, CallNote } from '../../ports/store.ts';
import { mayDo } from '../sign-in/visitor.ts';
import { flagsOf, whoOf } from './calls-page.ts';
import { html, type Piece, type SafeHtml } from './html.ts';
import { layout, type PageVisit } from './layout.ts';
import { type Marker, markersOf } from './markers.ts';
import type { KnownCall } from './room.ts';
import { clockTime, dollars, endWords, milliseconds, moment } from './words.ts';

/** One call, whole: heard, read, judged. */
export function callPage({ card, events, state }: KnownCall, reading: CallReading, visit: PageVisit): string {
  const { callId } = card;
  const isOperator = mayDo(visit.visitor, 'operator');
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
  return layout(visit, { title, here: null, script: 'call.js', body });
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

/** The sound of a call. The script draws it; without, the browser's own player does. */
function player({ callId }: CallCard, markers: readonly Marker[]): SafeHtml {
  return html`<section class="card player" aria-label="Recording" id="player">
<div class="lanes"><span class="lane-name caller">caller</span><span class="lane-name agent">agent</span>
<div id="wave" class="wave"></div></div>
<audio id="sound" controls preload="metadata" src="/api/calls/${callId}/recording.wav"></audio>
<div class="controls">
  <button class="main round" id="play" aria-label="Play" data-key=" ">▶</button>
  <output id="time" class="time">0:00</output>
  <label>Speed <select id="speed"><option>0.75</option><option selected>1</option><option>1.25</option><option>1.5</option><option>2</option></select></label>
  <label>Zoom <input type="range" id="zoom" min="0" max="300" value="0" step="5"></label>
  <label class="switch"><input type="checkbox" id="skip"> skip silence</label>
  <span class="keys">space plays, ← → 5 s, ↑ ↓ line by line</span>
</div>
<ol hidden id="markers">${markers.map(
    ({ kind, atMs, untilMs, text }) =>
      html`<li data-kind="${kind}" data-at="${Math.round(atMs)}" data-until="${untilMs}">${text}</li>`,
  )}</ol>
</section>`;
}

/** What was said, and between it what was done: in the order of the call. */
function transcriptList(
  lines: readonly TranscriptLine[],
  tools: readonly ToolUse[],
  markers: readonly Marker[],
): SafeHtml {
  const told = markers.filter(({ kind }) => kind !== 'tool');
  const isTool = ({ kind, text }: Marker) => kind === 'problem' && text.includes(' failed: ');
  const rows = [
    ...lines.map((line) => ({ atMs: line.atMs, row: lineRow(line) })),
    ...tools.map((use) => ({ atMs: use.atMs, row: toolRow(use) })),
    ...told
      .filter((marker) => !isTool(marker))
      .map((marker) => ({ atMs: marker.atMs, row: markerRow(marker) })),
  ].sort((a, b) => a.atMs - b.atMs);
  if (rows.length === 0) return html`<p class="empty">Nothing was said.</p>`;
  return html`<ol class="transcript" id="transcript">${rows.map(({ row }) => row)}</ol>`;
}

function lineRow({ who, atMs, untilMs, text, unheard, isWritten }: TranscriptLine): SafeHtml {
  return html`<li class="line ${who}" data-at="${Math.round(atMs)}" data-until="${Math.round(untilMs)}">
<button class="at" aria-label="Play from ${clockTime(atMs)}">${clockTime(atMs)}</button>
<div><span class="who">${who === 'caller' ? 'Caller' : isWritten ? 'Agent, in writing' : 'Agent'}</span>
<p dir="auto">${text}${unheard !== '' && html`<del title="Made, but cut off before the caller heard it">${unheard}</del>`}</p></div></li>`;
}

function toolRow({ name, atMs, arguments: asked, returned }: ToolUse): SafeHtml {
  const isBad = returned !== null && returned.result !== 'ok';
  return html`<li class="tool" data-at="${Math.round(atMs)}" data-until="${returned ? Math.round(returned.atMs) : null}">
<button class="at" aria-label="Play from ${clockTime(atMs)}">${clockTime(atMs)}</button>
<details><summary><code>${name}</code> <span class="${isBad ? 'pill bad' : 'pill'}">${returned ? returned.result.replaceAll('_', ' ') : 'no result'}</span> <span class="took">${returned && milliseconds(returned.tookMs)}</span></summary>
<h4>Asked</h4><pre>${pretty(asked)}</pre>
${returned && html`<h4>Told</h4><pre>${pretty(returned.output)}</pre>`}
</details></li>`;
}

function markerRow({ kind, atMs, text }: Marker): SafeHtml {
  return html`<li class="marker ${kind}" data-at="${Math.round(atMs)}"><button class="at" aria-label="Play from ${clockTime(atMs)}">${clockTime(atMs)}</button><p dir="auto">${text}</p></li>`;
}

/** JSON as one reads it; whatever is none, as it is. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Beside the transcript: what came of the call, how quick it was, what people noted of it. */
function sidePanel(card: CallCard, state: CallState, reading: CallReading, isOperator: boolean): SafeHtml {
  const { summary } = state;
  return html`<aside>
${summary && html`<section class="card"><h2>In short</h2><p dir="auto">${summary.summary}</p>${fields(summary.fields)}</section>`}
${latencies(state.latencies)}
${costs(state, reading)}
${notes(card, isOperator)}
${downloads(card, isOperator)}
</aside>`;
}

function fields(values: Readonly<Record<string, unknown>>): Piece {
  const entries = Object.entries(values);
  return (
    entries.length > 0 &&
    html`<dl class="fields-list">${entries.map(
      ([name, value]) =>
        html`<div><dt>${name.replaceAll('_', ' ')}</dt><dd>${typeof value === 'string' ? value : JSON.stringify(value)}</dd></div>`,
    )}</dl>`
  );
}

/** A bar for each answer, in its parts. Drawn as a picture, because styles may not be written into the page. */
function latencies(turns: readonly TurnLatency[]): Piece {
  if (turns.length === 0) return null;
  const most = Math.max(...turns.map(({ totalMs }) => totalMs), 1);
  return html`<section class="card"><h2>Latency, turn by turn</h2>
<ol class="bars">${turns.map(({ atMs, totalMs, detectionMs, modelMs, toolsMs, lineMs }) => {
    const parts = [
      ['detection', detectionMs ?? 0],
      ['model', modelMs],
      ['tools', toolsMs],
      ['line', lineMs ?? 0],
    ] as const;
    const said = parts.filter(([, ms]) => ms > 0).map(([name, ms]) => `${name} ${milliseconds(ms)}`);
    let x = 0;
    return html`<li><button class="at" data-at="${Math.round(atMs)}" aria-label="Play from ${clockTime(atMs)}">${clockTime(atMs)}</button>
<svg viewBox="0 0 1000 12" preserveAspectRatio="none" role="img" aria-label="${said.join(', ')}"><title>${said.join(', ')}</title>${parts.map(
      ([name, ms]) => {
        const width = Math.round((ms / most) * 1000);
        const bar = html`<rect class="${name}" x="${x}" y="0" width="${width}" height="12"/>`;
        x += width;
        return bar;
      },
    )}</svg> <span class="number">${milliseconds(totalMs)}</span></li>`;
  })}</ol>
<p class="legend"><span class="key detection">detection</span> <span class="key model">model</span> <span class="key tools">tools</span> <span class="key line">line</span></p></section>`;
}

function costs(state: CallState, reading: CallReading): Piece {
  const cost = reading.cost(state);
  return (
    cost &&
    html`<section class="card"><h2>Cost</h2><dl class="fields-list"><div><dt>model</dt><dd>${dollars(cost.model)}</dd></div><div><dt>transcripts</dt><dd>${dollars(cost.transcription)}</dd></div><div><dt>line</dt><dd>${dollars(cost.line)}</dd></div></dl><p class="fine">Prices as of ${reading.pricesAsOf}.</p></section>`
  );
}

function notes({ notes: all }: CallCard, isOperator: boolean): SafeHtml {
  return html`<section class="card"><h2>Notes</h2><ul class="notes" id="notes">${all.map((note) => noteRow(note, isOperator))}</ul>
${all.length === 0 && !isOperator && html`<p class="empty">None yet.</p>`}
${
  isOperator &&
  html`<form id="note-form" class="stack"><textarea name="text" rows="2" maxlength="4000" required placeholder="What should be remembered?" aria-label="Note" data-key="n"></textarea>
<div class="spread"><label class="switch"><input type="checkbox" name="pinned" checked> at <output id="note-at">0:00</output></label><button>Add note</button></div></form>`
}</section>`;
}

function noteRow({ noteId, atMs, text }: CallNote, isOperator: boolean): SafeHtml {
  return html`<li>${atMs !== null && html`<button class="at" data-at="${Math.round(atMs)}" aria-label="Play from ${clockTime(atMs)}">${clockTime(atMs)}</button>`}
<p dir="auto">${text}</p>${isOperator && html`<button class="bare" data-unnote="${noteId}" aria-label="Take this note away">×</button>`}</li>`;
}

function downloads({ callId, hasRecording, endReason }: CallCard, isOperator: boolean): SafeHtml {
  const file = (name: string, title: string) =>
    html`<li><a href="/api/calls/${callId}/${name}" download>${title}</a></li>`;
  return html`<section class="card"><h2>Take away</h2><ul class="downloads">
${hasRecording && file('recording.wav', 'Recording (WAV)')}
${file('transcript.txt', 'Transcript (text)')}${file('transcript.vtt', 'Subtitles (VTT)')}${file('transcript.json', 'Transcript (JSON)')}${file('events', 'Events (JSON lines)')}
${file('practice.json', 'Make this call a test')}</ul>
${
  isOperator &&
  endReason !== null &&
  html`<button class="danger" id="delete">Delete this call</button>
<dialog id="delete-dialog"><form method="dialog" class="stack"><h2>Delete this call?</h2><p>Its sound, its words, its notes: nothing of it will be left, and nobody can bring it back.</p>
<div class="spread"><button value="no" autofocus>Keep it</button><button value="yes" class="danger">Delete it</button></div></form></dialog>`
}</section>`;
}
