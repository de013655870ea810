/** The transcript moves with the sound, and every line of it leads to its place. */
import { isTyping } from './dom.js';

/** @param {import('./call-player.js').Player | null} player */
export function followTranscript(player) {
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
