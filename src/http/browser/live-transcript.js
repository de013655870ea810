/** A transcript that grows while its call goes on. */
import { clockTime, make } from './dom.js';

/** @typedef {{ key: string, who: 'caller' | 'agent', atMs: number, text: string, unheard: string, isBeingSaid: boolean }} Line */

/**
 * Watches a call; gives a way to stop.
 * @param {string} callId
 * @param {HTMLElement} list
 * @param {(doing: string, latencyMs: number | null) => void} onDoing
 * @returns {() => void}
 */
export function watchCall(callId, list, onDoing) {
  const source = new EventSource(`/api/live/${callId}/stream`);
  list.replaceChildren();
  source.addEventListener('line', ({ data }) => showLine(list, JSON.parse(data)));
  source.addEventListener('doing', ({ data }) => {
    const { doing, latencyMs } = JSON.parse(data);
    onDoing(doing, latencyMs);
    if (doing === 'over') source.close();
  });
  source.addEventListener('happened', ({ data }) => showEvent(list, JSON.parse(data)));
  source.addEventListener('error', () => {
    if (source.readyState === EventSource.CLOSED) onDoing('over', null);
  });
  return () => source.close();
}

/** What is being said grows word by word, and is then replaced by what was said. @param {HTMLElement} list @param {Line} line */
function showLine(list, line) {
  const words = make('p', { dir: 'auto' }, line.text);
  if (line.unheard !== '')
    words.append(make('del', { title: 'Made, but cut off before the caller heard it' }, line.unheard));
  const row = make(
    'li',
    {
      class: `line ${line.who}${line.isBeingSaid ? ' is-being-said' : ''}`,
      'data-row': line.key,
      'data-at': String(line.atMs),
      // Screen readers read it out once, when it is whole.
      ...(line.isBeingSaid && { 'aria-live': 'off', 'aria-busy': 'true' }),
    },
    make('span', { class: 'at' }, clockTime(line.atMs)),
    make('div', {}, make('span', { class: 'who' }, line.who === 'caller' ? 'Caller' : 'Agent'), words),
  );
  put(list, row, line.atMs);
}

/** @param {HTMLElement} list @param {{ type: string, seq: number, atMs: number, name?: string, text?: string, by?: string, result?: string, digit?: string }} event */
function showEvent(list, event) {
  const text = WORDS[event.type]?.(event);
  if (text === undefined) return;
  const at = make('span', { class: 'at' }, clockTime(event.atMs));
  put(
    list,
    make(
      'li',
      { class: 'marker', 'data-row': `e${event.seq}`, 'data-at': String(event.atMs) },
      at,
      make('p', {}, text),
    ),
    event.atMs,
  );
}

/** @type {Record<string, (event: { name?: string, text?: string, by?: string, result?: string, digit?: string, code?: string }) => string>} */
const WORDS = {
  tool_called: ({ name }) => `looks up: ${name}`,
  tool_returned: ({ name, result }) => `${name}: ${result}`,
  told: ({ text, by }) => `told by ${by === 'operator' ? 'the operator' : 'the house'}: ${text}`,
  interrupted: () => 'caller cuts in',
  digit: ({ digit }) => `key ${digit}`,
  problem: ({ code }) => `problem: ${code}`,
};

/** To its place in time, in place of what it was before; the page itself stays where its reader has it. @param {HTMLElement} list @param {HTMLElement} row @param {number} atMs */
function put(list, row, atMs) {
  const readsTheEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
  const rows = [...list.children].filter((child) => child instanceof HTMLElement);
  const old = rows.find((child) => child.dataset['row'] === row.dataset['row']);
  const before = rows.findLast((child) => Number(child.dataset['at']) <= atMs);
  if (old) old.replaceWith(row);
  else if (before) before.after(row);
  else list.prepend(row);
  if (readsTheEnd) list.scrollTop = list.scrollHeight;
}

/** Two lines: whoever has gone further up is reading there. */
const NEAR_END_PX = 60;
