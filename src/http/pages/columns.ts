import type { CallCard } from '../../ports/store.ts';
import { html, type Piece } from './html.ts';
import { clockTime, count, dollars, endWords, isBadEnd, milliseconds, moment } from './words.ts';

/** What the list of calls can show of each. */
export interface Column {
  readonly name: string;
  readonly title: string;
  readonly isNumber?: true;
  readonly show: (card: CallCard) => Piece;
}

export const COLUMNS: readonly Column[] = [
  {
    name: 'when',
    title: 'When',
    show: (card) => html`<a class="whole-row" href="/calls/${card.callId}">${moment(card.startedWallMs)}</a>`,
  },
  { name: 'who', title: 'Who', show: (card) => whoOf(card) },
  { name: 'agent', title: 'Agent', show: ({ agent }) => agent },
  {
    name: 'duration',
    title: 'Length',
    isNumber: true,
    show: (card) =>
      card.endReason === null ? html`<span class="pill live">live</span>` : clockTime(card.durationMs),
  },
  {
    name: 'summary',
    title: 'What about',
    show: ({ summary }) => html`<span class="summary">${summary}</span>`,
  },
  {
    name: 'end',
    title: 'How it ended',
    show: ({ endReason }) =>
      endReason !== null &&
      html`<span class="${isBadEnd(endReason) ? 'pill bad' : 'pill'}">${endWords(endReason)}</span>`,
  },
  {
    name: 'latency',
    title: 'Latency',
    isNumber: true,
    show: ({ latencyP50Ms }) => milliseconds(latencyP50Ms),
  },
  {
    name: 'latency95',
    title: 'Latency p95',
    isNumber: true,
    show: ({ latencyP95Ms }) => milliseconds(latencyP95Ms),
  },
  { name: 'turns', title: 'Turns', isNumber: true, show: ({ turns }) => turns },
  { name: 'interruptions', title: 'Cut in', isNumber: true, show: ({ interruptions }) => interruptions },
  { name: 'tools', title: 'Tools', show: ({ tools }) => tools.join(', ') },
  { name: 'cost', title: 'Cost', isNumber: true, show: ({ cost }) => dollars(cost) },
  { name: 'model', title: 'Model', show: ({ model }) => model },
  { name: 'flags', title: 'Flags', show: flagsOf },
];

export const USUAL_COLUMNS = ['when', 'who', 'duration', 'summary', 'end', 'latency', 'cost', 'flags'];

/** Those that were asked for, in our order; the usual ones if none was. */
export function columnsOf(names: string | undefined): readonly Column[] {
  const wanted = new Set(names === undefined ? USUAL_COLUMNS : names.split(','));
  wanted.add('when'); // it leads to the call
  return COLUMNS.filter(({ name }) => wanted.has(name));
}

export function whoOf({ direction, from, to }: CallCard): Piece {
  const [who, arrow, said] = direction === 'inbound' ? [from, '↙', 'from'] : [to, '↗', 'to'];
  return html`<span class="arrow" title="${direction}" aria-label="${said}">${arrow}</span> ${who}`;
}

export function flagsOf(card: CallCard): Piece {
  const { toolFailures, problems, interruptions, isReviewed, tags, notes } = card;
  return [
    toolFailures > 0 && html`<span class="pill bad">${count(toolFailures, 'tool error')}</span> `,
    problems > 0 && html`<span class="pill warn">${count(problems, 'problem')}</span> `,
    interruptions > 2 && html`<span class="pill warn">cut in ${interruptions}×</span> `,
    tags.map((tag) => html`<span class="pill tag">${tag}</span> `),
    notes.length > 0 && html`<span class="pill">${count(notes.length, 'note')}</span> `,
    isReviewed && html`<span class="pill good" title="Reviewed">✓ reviewed</span> `,
  ];
}
