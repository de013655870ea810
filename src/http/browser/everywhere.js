/** What every page does: says times in the reader's own, and knows the keys. */
import { find, isTyping } from './dom.js';

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });
for (const time of document.querySelectorAll('time')) {
  time.title = time.textContent ?? '';
  time.textContent = format.format(new Date(time.dateTime));
}

const zone = find('input[name="tz"]', HTMLInputElement);
if (zone) zone.value = String(new Date().getTimezoneOffset());

/** An element with `data-key` is what that key means. */
addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === ' ' && isPressable(event.target)) return; // there it presses the button
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!(element instanceof HTMLElement)) return;
  event.preventDefault();
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) element.focus();
  else element.click();
});

// Browsers press a button when the space bar comes up again.
addEventListener('keyup', (event) => {
  const isPlaces = event.target instanceof HTMLButtonElement && !isPressable(event.target);
  if (event.key === ' ' && isPlaces) event.preventDefault();
});

/** All but those that lead to a moment: from there on, one wants to hear. @param {EventTarget | null} target */
function isPressable(target) {
  if (target instanceof HTMLButtonElement) return !target.classList.contains('at');
  return target instanceof HTMLElement && target.matches('a, summary, input');
}
