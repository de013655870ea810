/** One call: its sound, its words that move with it, and what its reader makes of it. */

import { openPlayer } from './call-player.js';
import { ask, clockTime, find, isTyping, make, need } from './dom.js';

const callId = find('article.call', HTMLElement)?.dataset['call'] ?? '';
const player = find('#player', HTMLElement) ? openPlayer(callId) : null;
followTranscript(player);
takeNotes(callId, player);
showEvents(callId);

find('#permalink', HTMLAnchorElement)?.addEventListener('click', (event) => {
  if (!navigator.clipboard || !(event.currentTarget instanceof HTMLAnchorElement)) return;
  const link = event.currentTarget;
  event.preventDefault();
  navigator.clipboard.writeText(link.href).then(
    () => (link.textContent = 'link copied'),
    () => (link.textContent = link.href),
  );
});

/* The transcript moves with the sound, and every line of it leads to its place. */

/** @param {import('./call-player.js').Player | null} player */
function followTranscript(player) {
  const rows = [...document.querySelectorAll('#transcript > li')].filter((row) => row instanceof HTMLElement);
  if (!player) {
    for (const button of document.querySelectorAll('.at'))
      if (button instanceof HTMLButtonElement) button.disabled = true;
    return;
  }
  const lines = rows.filter((row) => row.classList.contains('line'));
  const atOf = (/** @type {Element} */ element) => Number(element.getAttribute('data-at'));

  for (const button of document.querySelectorAll('button.at')) {
    button.addEventListener('click', () => player.seek(atOf(button.closest('[data-at]') ?? button)));
  }
  for (const row of rows) {
    row.querySelector('p')?.addEventListener('click', () => {
      if (getSelection()?.isCollapsed) player.seek(atOf(row));
    });
  }

  /** @type {HTMLElement | null} */
  let now = null;
  player.onTime((atMs) => {
    // The last thing that has begun; of two that talk at once, the one that began later.
    const row = lines.findLast((candidate) => atOf(candidate) <= atMs + 50) ?? null;
    if (row === now) return;
    now?.classList.remove('is-now');
    now?.removeAttribute('aria-current');
    row?.classList.add('is-now');
    row?.setAttribute('aria-current', 'true');
    if (row && now) row.scrollIntoView({ block: 'nearest' });
    now = row;
  });

  addEventListener('keydown', (event) => {
    if (isTyping(event.target) || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, ArrowUp: -1, j: 1, k: -1 }[event.key];
    if (step === undefined) return;
    const at = now ? lines.indexOf(now) : -1;
    const row = lines[Math.min(lines.length - 1, Math.max(0, at + step))];
    if (!row) return;
    event.preventDefault();
    player.seek(atOf(row));
  });
}

/* Notes, tags, "reviewed", and the end of it all. */

/** @param {string} callId @param {import('./call-player.js').Player | null} player */
function takeNotes(callId, player) {
  const base = `/api/calls/${callId}`;
  /** Does it, and shows the page as it is then; says so if it did not work. @param {Promise<unknown>} done */
  const thenShow = (done) =>
    done.then(
      () => location.reload(),
      (error) => alert(error instanceof Error ? error.message : String(error)),
    );

  const noteForm = find('#note-form', HTMLFormElement);
  const noteAt = find('#note-at', HTMLOutputElement);
  player?.onTime((atMs) => {
    if (noteAt) noteAt.textContent = clockTime(atMs);
  });
  noteForm?.addEventListener('submit', (event) => {
    event.preventDefault();
    const form = new FormData(noteForm);
    const isPinned = form.get('pinned') !== null;
    thenShow(
      ask('POST', `${base}/notes`, {
        text: form.get('text'),
        atMs: isPinned ? Math.round(player?.atMs() ?? 0) : null,
      }),
    );
  });

  const tagForm = find('#tag-form', HTMLFormElement);
  tagForm?.addEventListener('submit', (event) => {
    event.preventDefault();
    const tag = String(new FormData(tagForm).get('tag')).trim();
    if (tag !== '') thenShow(ask('PUT', `${base}/tags/${encodeURIComponent(tag)}`));
  });

  const reviewed = find('#reviewed', HTMLInputElement);
  reviewed?.addEventListener('change', () => {
    ask('PATCH', base, { isReviewed: reviewed.checked }).catch(() => (reviewed.checked = !reviewed.checked));
  });

  document.addEventListener('click', (event) => {
    const button = event.target instanceof HTMLElement ? event.target.closest('button') : null;
    const { untag, unnote } = button?.dataset ?? {};
    if (untag !== undefined) thenShow(ask('DELETE', `${base}/tags/${encodeURIComponent(untag)}`));
    if (unnote !== undefined) thenShow(ask('DELETE', `${base}/notes/${encodeURIComponent(unnote)}`));
  });

  const dialog = find('#delete-dialog', HTMLDialogElement);
  find('#delete', HTMLButtonElement)?.addEventListener('click', () => dialog?.showModal());
  dialog?.addEventListener('close', () => {
    if (dialog.returnValue !== 'yes') return;
    ask('DELETE', base).then(
      () => location.assign('/'),
      (error) => alert(String(error)),
    );
  });
}

/* Everything that happened, line by line as it is kept: fetched when somebody wants to see it. */

/** @param {string} callId */
function showEvents(callId) {
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
