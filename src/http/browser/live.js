/** The calls that go on, and one of them as it happens. */
import { ask, clockTime, find, make, need } from './dom.js';
import { listenIn } from './listen-in.js';
import { watchCall } from './live-transcript.js';

/** @typedef {{ callId: string, startedWallMs: number, who: string, agent: string, doing: string, lastLatencyMs: number | null, turns: number, lastWords: string, targets: string[] }} LiveCall */

const list = need('#live-list', HTMLUListElement);
const nobody = need('#nobody', HTMLElement);
const panel = need('#watch', HTMLElement);
let watched = new URL(location.href).searchParams.get('call');
let stop = () => {};
/** @type {LiveCall[]} */
let calls = [];

new EventSource('/api/live/stream').addEventListener('calls', ({ data }) => {
  calls = JSON.parse(data);
  if (watched === null && calls[0]) watch(calls[0].callId);
  show();
});
setInterval(show, 1_000);
if (watched !== null) watch(watched);

function show() {
  nobody.hidden = calls.length > 0;
  const focused = document.activeElement?.getAttribute('href');
  list.replaceChildren(...calls.map(row));
  if (focused) find(`#live-list a[href="${CSS.escape(focused)}"]`, HTMLAnchorElement)?.focus();
  const card = calls.find(({ callId }) => callId === watched);
  if (card) showFacts(card);
}

/** @param {LiveCall} card */
function row(card) {
  const { callId, who, doing, lastWords, agent } = card;
  const link = make(
    'a',
    { class: 'card', href: `/live?call=${callId}`, ...(callId === watched && { 'aria-current': 'true' }) },
    make('span', { class: 'spread' }, make('b', {}, who), make('span', { class: 'pill live' }, doing)),
    make('span', { class: 'under' }, `${agent} · ${ageOf(card)}`),
    make('span', { class: 'last-words', dir: 'auto' }, lastWords),
  );
  link.addEventListener('click', (event) => {
    event.preventDefault();
    history.replaceState(null, '', link.href);
    watch(callId);
    show();
  });
  return make('li', {}, link);
}

/** @param {LiveCall} card */
function showFacts(card) {
  const latency =
    card.lastLatencyMs === null ? '' : ` · last answer after ${Math.round(card.lastLatencyMs)} ms`;
  need('#watch-who', HTMLElement).textContent = card.who;
  need('#watch-facts', HTMLElement).textContent =
    `${card.agent} · ${ageOf(card)} · ${card.turns} ${card.turns === 1 ? 'turn' : 'turns'}${latency}`;
  const form = find('#transfer-form', HTMLFormElement);
  const select = find('#transfer-form select', HTMLSelectElement);
  if (!form || !select || select.options.length === card.targets.length) return;
  form.hidden = card.targets.length === 0;
  select.replaceChildren(...card.targets.map((target) => make('option', {}, target)));
}

/** @param {string} callId */
function watch(callId) {
  stop();
  if (watched !== callId) stopListening();
  watched = callId;
  panel.hidden = false;
  complain('');
  need('#watch-link', HTMLAnchorElement).href = `/calls/${callId}`;
  stop = watchCall(callId, need('#transcript', HTMLOListElement), (doing) => {
    need('#watch-doing', HTMLElement).textContent = doing;
    panel.classList.toggle('is-over', doing === 'over');
  });
}

/** @param {LiveCall} card */
function ageOf({ startedWallMs }) {
  return clockTime(Date.now() - startedWallMs);
}

/** @param {string} message */
function complain(message) {
  const line = need('#watch-complaint', HTMLElement);
  line.textContent = message;
  line.hidden = message === '';
}

/** @param {string} what @param {object} [body] */
async function act(what, body) {
  complain('');
  try {
    await ask('POST', `/api/live/${watched}/${what}`, body);
    return true;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return false;
  }
}

const tell = find('#tell-form', HTMLFormElement);
tell?.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (await act('tell', { text: new FormData(tell).get('text') })) tell.reset();
});
const transfer = find('#transfer-form', HTMLFormElement);
transfer?.addEventListener('submit', (event) => {
  event.preventDefault();
  void act('transfer', { target: new FormData(transfer).get('target') });
});

const listen = find('#listen', HTMLButtonElement);
/** @type {(() => void) | null} */
let stopSound = null;
listen?.addEventListener('click', () => (stopSound ? stopListening() : startListening()));

function startListening() {
  if (watched === null) return;
  stopSound = listenIn(watched, (problem) => {
    stopListening();
    complain(problem);
  });
  showListening();
}

function stopListening() {
  stopSound?.();
  stopSound = null;
  showListening();
}

function showListening() {
  if (!listen) return;
  listen.textContent = stopSound ? 'Stop listening' : 'Listen in';
  listen.setAttribute('aria-pressed', String(stopSound !== null));
}
find('#hang-up', HTMLButtonElement)?.addEventListener('click', () => void act('hang-up'));
