import type { Doing } from '../../ports/call-state.ts';
import type { CallReading } from '../../ports/reading.ts';
import { mayDo } from '../sign-in/visitor.ts';
import { html } from './html.ts';
import { layout, type PageVisit } from './layout.ts';
import type { KnownLiveCall, LiveView } from './room.ts';

/** The calls that go on, and one of them as it happens. The script keeps it up to date. */
export function livePage(cards: readonly LiveCall[], watched: string | null, visit: PageVisit): string {
  const body = html`<h1 class="quiet-title">Live</h1>
<div class="columns live" data-call="${watched}">
<section aria-label="Calls"><ul id="live-list" class="live-list">${cards.map(
    ({ callId: id, who, doing }) =>
      html`<li><a class="card" href="/live?call=${id}"><b>${who}</b> <span class="pill">${doing}</span></a></li>`,
  )}</ul><p class="empty card" id="nobody"${cards.length > 0 && html` hidden`}>Nobody is on the line. <a href="/phone">Ring the agent</a>.</p></section>
<section class="card" id="watch" aria-live="polite" hidden>
  <div class="spread"><h2 id="watch-who"></h2><span class="pill live" id="watch-doing"></span></div>
  <p class="under" id="watch-facts"></p>
  <ol class="transcript" id="transcript"></ol>
  ${
    mayDo(visit.visitor, 'operator') &&
    html`<form id="tell-form" class="row"><input name="text" maxlength="2000" required placeholder="A note for the agent; the caller does not hear it" aria-label="Note for the agent" autocomplete="off"><button class="main">Send</button></form>
  <div class="spread"><form id="transfer-form" class="row" hidden><select name="target" aria-label="Transfer to"></select><button>Transfer</button></form>
  <div class="row"><button id="listen" aria-pressed="false">Listen in</button>
  <button class="danger" id="hang-up">Hang up</button></div></div>`
  }
  <p class="complaint" id="watch-complaint" role="alert" hidden></p>
  <p><a id="watch-link" href="/">Everything about this call</a></p>
</section></div>`;
  return layout(visit, { title: 'Live', here: '/live', script: 'live.js', body });
}

/**
 * The calls that go on, at a glance, for however many look at them: what is known of a call is only
 * worked out again when something has happened on it.
 */
export class LiveBoard {
  readonly #live: LiveView;
  readonly #reading: CallReading;
  readonly #known = new Map<string, { readonly events: number; readonly card: LiveCall }>();

  constructor(live: LiveView, reading: CallReading) {
    this.#live = live;
    this.#reading = reading;
  }

  cards(): readonly LiveCall[] {
    const calls = this.#live.list();
    const live = new Set(calls.map(({ callId }) => callId));
    for (const callId of this.#known.keys()) if (!live.has(callId)) this.#known.delete(callId);
    return calls.map((call) => {
      const known = this.#known.get(call.callId);
      if (known?.events === call.events.length) return known.card;
      const card = liveCard(call, this.#reading);
      this.#known.set(call.callId, { events: call.events.length, card });
      return card;
    });
  }
}

/** A live call at a glance. */
interface LiveCall {
  readonly callId: string;
  readonly startedWallMs: number;
  readonly who: string;
  readonly direction: 'inbound' | 'outbound';
  readonly agent: string;
  readonly doing: Doing;
  readonly lastLatencyMs: number | null;
  readonly turns: number;
  readonly lastWords: string;
  readonly targets: readonly string[];
}

function liveCard({ callId, state, targets }: KnownLiveCall, reading: CallReading): LiveCall {
  const { sums, latencies, doing } = state;
  const { startedWallMs, direction, from, to, agent } = sums;
  const lastLine = reading.transcript(state).at(-1);
  return {
    callId,
    startedWallMs,
    who: direction === 'outbound' ? to : from,
    direction,
    agent,
    doing,
    lastLatencyMs: latencies.at(-1)?.totalMs ?? null,
    turns: latencies.length,
    lastWords: lastLine ? lastLine.text || lastLine.unheard : '',
    targets,
  };
}
