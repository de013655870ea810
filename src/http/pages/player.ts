import type { CallCard } from '../../ports/store.ts';
import { html, type SafeHtml } from './html.ts';
import type { Marker } from './markers.ts';

/** The sound of a call. The script draws it; without, the browser's own player does. */
export function player({ callId }: CallCard, markers: readonly Marker[]): SafeHtml {
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
