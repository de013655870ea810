import type { AgentPart, CallerTurn } from '../../ports/call-state.ts';
import type { CallEvent } from '../../ports/facts.ts';

/** What both sides have said so far, while it grows. */
export interface GrowingSpeech {
  readonly callerTurns: Growing<CallerTurn>[];
  readonly agentParts: Growing<AgentPart>[];
  /** Of those, what is not told of yet: parts of an answer are told of in the order in which they began. */
  readonly beingSaid: Growing<AgentPart>[];
}

type Growing<Thing> = { -readonly [Field in keyof Thing]: Thing[Field] };

/** Takes in one event, in its order. */
export function listen(speech: GrowingSpeech, event: CallEvent): void {
  switch (event.type) {
    case 'rang': // perhaps again: nobody tells any more what became of what was being said
      speech.beingSaid.length = 0;
      return;
    case 'caller_started_speaking': {
      const { itemId = null, atMs, seq } = event;
      speech.callerTurns.push({ ...placeOf(event, 'caller'), itemId, atMs, untilMs: null, seq, words: '' });
      return;
    }
    case 'caller_stopped_speaking': {
      const turn = named(speech, event.itemId) ?? speech.callerTurns.at(-1);
      // A short word is over before it is noticed, and other machines' clocks may run otherwise.
      if (turn) turn.untilMs = Math.max(turn.atMs, event.spokeUntilMs ?? event.atMs);
      return;
    }
    case 'caller_said':
      return callerSaid(speech, event);
    case 'agent_started_speaking': {
      const known = event.itemId !== undefined && begunAs(speech, event);
      if (known) {
        known.atMs = event.atMs; // only this time it reaches anybody
        return;
      }
      const { itemId = null, contentIndex = 0 } = event;
      const part = { ...aPart(event, event.atMs), itemId, contentIndex, how: 'being said' as const };
      speech.agentParts.push(part);
      speech.beingSaid.push(part);
      return;
    }
    case 'agent_said':
      return agentSaid(speech, event);
    case 'agent_wrote':
      speech.agentParts.push({ ...aPart(event, event.atMs), text: event.text, how: 'written' });
      return;
    default: // nothing was said
  }
}

/**
 * Words come a while after they were said. Where they do not say which turn they belong to, it is the first one of
 * late without a name that has none yet. One that was only a cough never gets any, and is not waited for. What was
 * written was never spoken, and is a turn of its own.
 */
function callerSaid(speech: GrowingSpeech, event: Extract<CallEvent, { type: 'caller_said' }>): void {
  const { itemId, atMs, seq } = event;
  const text = event.text.trim();
  const { callerTurns } = speech;
  const open = () =>
    callerTurns.find(
      ({ itemId: name, words, untilMs }) =>
        name === null && words === '' && untilMs !== null && atMs - untilMs <= WORDS_COME_WITHIN_MS,
    );
  const spoken = () =>
    callerTurns.findLast(({ itemId: name, atMs: began, untilMs }) => name === null && untilMs !== began);
  const turn = named(speech, itemId) ?? open() ?? spoken();
  if (turn) {
    turn.words = turn.words === '' ? text : `${turn.words} ${text}`;
    turn.seq = seq;
    return;
  }
  const place = placeOf(event, 'caller');
  callerTurns.push({ ...place, itemId: itemId ?? null, atMs, untilMs: atMs, seq, words: text });
}

function named({ callerTurns }: GrowingSpeech, itemId: string | undefined): Growing<CallerTurn> | undefined {
  return itemId === undefined ? undefined : callerTurns.findLast((turn) => turn.itemId === itemId);
}

function agentSaid(speech: GrowingSpeech, event: Extract<CallEvent, { type: 'agent_said' }>): void {
  const { itemId, contentIndex = 0, text, heardMs, totalMs, seq } = event;
  let part = begunAs(speech, event);
  if (part) speech.beingSaid.splice(speech.beingSaid.indexOf(part), 1);
  else {
    part = aPart(event, Math.max(0, event.atMs - heardMs));
    speech.agentParts.push(part);
  }
  Object.assign(part, { itemId, contentIndex, text: text.trim(), heardMs, totalMs, seq, how: 'said' });
}

function begunAs({ beingSaid }: GrowingSpeech, name: PartName): Growing<AgentPart> | undefined {
  return beingSaid.find((part) => isCalled(part, name));
}

export interface PartName {
  readonly responseId: string;
  readonly itemId?: string;
  readonly contentIndex?: number;
}

/** Whether a part goes by this name; earlier versions named no more of one that was begun than its answer. */
export function isCalled(part: AgentPart, { responseId, itemId, contentIndex = 0 }: PartName): boolean {
  if (part.responseId !== responseId) return false;
  return part.itemId === null || (part.itemId === itemId && part.contentIndex === contentIndex);
}

function aPart(event: Extract<CallEvent, { readonly responseId: string }>, atMs: number): Growing<AgentPart> {
  const { responseId, seq } = event;
  const nothing = { itemId: null, contentIndex: 0, text: '', heardMs: 0, totalMs: 0 };
  return { ...placeOf(event, 'agent'), responseId, ...nothing, atMs, seq, how: 'said' };
}

/** Where it belongs. What does not say so is of the first line, the first session, and whoever speaks there. */
function placeOf({ leg = 0, session = 0, speaker }: CallEvent, usual: string) {
  return { leg, session, speaker: speaker ?? usual };
}

/** Transcripts take a second or two, and a few more when the model is busy. */
const WORDS_COME_WITHIN_MS = 6_000;
