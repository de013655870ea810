/** Everything that happened, line by line as it is kept: fetched when somebody wants to see it. */
import { find, make, need } from './dom.js';

/** @param {string} callId */
export function showEvents(callId) {
  const box = find('#events', HTMLDetailsElement);
  if (!box) return;
  const list = need('#event-lines', HTMLOListElement);
  const filter = need('#event-filter', HTMLInputElement);
  /** @type {string[]} */
  let lines = [];
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = lines.filter((line) => words.every((word) => line.toLowerCase().includes(word)));
    list.replaceChildren(...wanted.slice(0, MOST_SHOWN).map((line) => make('li', {}, line)));
    if (wanted.length > MOST_SHOWN)
      list.append(
        make('li', {}, `… and ${wanted.length - MOST_SHOWN} more: filter, or take them away as a file.`),
      );
  };
  filter.addEventListener('input', show);
  box.addEventListener('toggle', async () => {
    if (!box.open || lines.length > 0) return;
    const response = await fetch(`/api/calls/${callId}/events`);
    lines = response.ok
      ? (await response.text()).trimEnd().split('\n')
      : ['The events could not be fetched.'];
    show();
  });
}

const MOST_SHOWN = 2_000;
