/** The list of calls: a row is a link as a whole, and j and k walk down and up. */
import { find, isTyping } from './dom.js';

const rows = [...document.querySelectorAll('tr[data-call]')].filter(
  (row) => row instanceof HTMLTableRowElement,
);
const linkOf = (/** @type {HTMLTableRowElement} */ row) => row.querySelector('a');

for (const row of rows) {
  row.addEventListener('click', (event) => {
    const isOnLink = event.target instanceof Element && event.target.closest('a');
    if (!isOnLink && getSelection()?.isCollapsed) linkOf(row)?.click();
  });
}

addEventListener('keydown', (event) => {
  if (isTyping(event.target) || event.ctrlKey || event.metaKey) return;
  const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(rows.length - 1, Math.max(0, now + step))];
  if (!row) return;
  event.preventDefault();
  linkOf(row)?.focus();
  row.scrollIntoView({ block: 'nearest' });
});

/** What is not looked for does not have to stand in the address. */
const form = find('form.filters', HTMLFormElement);
form?.addEventListener('formdata', ({ formData }) => {
  for (const [name, value] of [...formData]) if (value === '') formData.delete(name);
  const usual = form.querySelectorAll('input[name="columns"]');
  const isUsual = [...usual].every(
    (box) => box instanceof HTMLInputElement && box.checked === box.defaultChecked,
  );
  if (isUsual && !location.search.includes('columns=')) formData.delete('columns');
  if (!formData.has('from') && !formData.has('to')) formData.delete('tz');
});
