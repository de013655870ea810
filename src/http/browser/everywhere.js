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
  const onButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
  if (event.key === ' ' && onButton) return; // there it presses the button
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!(element instanceof HTMLElement)) return;
  event.preventDefault();
  if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) element.focus();
  else element.click();
});
