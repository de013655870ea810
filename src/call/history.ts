import { unreachable } from '../errors.ts';
import type { Aside, CallState, ToolUse } from '../ports/call-state.ts';
import type { AgentSaid } from '../ports/facts.ts';
import type { ContextItem } from '../ports/session.ts';
import { splitHeard } from './recall/heard-words.ts';

/** What was said and done on a call, for a session that was not there: of the agent's words, those that were heard,
 * or are being said. */
export function historyOf(state: CallState, saying: readonly AgentSaid[] = []): readonly ContextItem[] {
  const { callerTurns, agentParts, asides, tools } = state;
  const said = [
    ...callerTurns.map(({ atMs, words }) => line(atMs, 'caller', words)),
    ...agentParts.map((part) => line(part.atMs, 'agent', heardOf(part))),
    ...saying.map(({ text }) => line(Number.POSITIVE_INFINITY, 'agent', text)),
    ...asides.map((aside) => line(aside.atMs, aside.type === 'told' ? 'house' : 'caller', inWords(aside))),
    ...[...tools.values()].map((use) => line(use.returned?.atMs ?? use.atMs, 'house', done(use))),
  ].filter(({ item }) => item.text !== '');
  const latest = said.sort((one, other) => one.atMs - other.atMs).slice(-MOST_ITEMS);
  return latest.map(({ item }) => item);
}

function line(atMs: number, from: 'caller' | 'agent' | 'house', text: string) {
  return { atMs, item: { type: 'text', from, text: text.trim().slice(0, MOST_CHARS) } as const };
}

function heardOf({ how, text, heardMs, totalMs }: CallState['agentParts'][number]): string {
  return how === 'written' ? text : splitHeard(text, heardMs, totalMs).heard;
}

function inWords(aside: Aside): string {
  switch (aside.type) {
    case 'told':
      return aside.text;
    case 'digits':
      return aside.digits === '' ? '' : pressed(aside.digits);
    case 'shown':
      return '(The caller sent a picture.)';
    default:
      return unreachable(aside);
  }
}

/** How the model is told of keys. */
export function pressed(keys: string): string {
  return `(The caller pressed the keys ${keys}.)`;
}

function done({ name, arguments: asked, returned }: ToolUse): string {
  return returned ? `You used the tool ${name} with ${asked}. It said: ${returned.output}` : '';
}

/** The last of a long call: more than anybody refers back to, and far from what a model can hold. */
const MOST_ITEMS = 120;

/** As much as a tool may say. */
const MOST_CHARS = 4_000;
