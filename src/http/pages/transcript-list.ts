import type { ToolUse } from '../../ports/call-state.ts';
import type { TranscriptLine } from '../../ports/reading.ts';
import { html, type SafeHtml } from './html.ts';
import type { Marker } from './markers.ts';
import { clockTime, milliseconds } from './words.ts';

/** What was said, and between it what was done: in the order of the call. */
export function transcriptList(
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
