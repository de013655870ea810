/** Notes, tags, "reviewed", and the end of it all. */
import { ask, clockTime, find } from './dom.js';

/** @param {string} callId @param {import('./call-player.js').Player | null} player */
export function takeNotes(callId, player) {
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
