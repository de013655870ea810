import type { CallState, TurnLatency } from '../../ports/call-state.ts';
import type { CallReading } from '../../ports/reading.ts';
import type { CallCard, CallNote } from '../../ports/store.ts';
import { html, type Piece, type SafeHtml } from './html.ts';
import { clockTime, dollars, milliseconds } from './words.ts';

/** Beside the transcript: what came of the call, how quick it was, what people noted of it. */
export function sidePanel(
  card: CallCard,
  state: CallState,
  reading: CallReading,
  isOperator: boolean,
): SafeHtml {
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
