import { type HeardWords, splitHeard } from '../call/recall/heard-words.ts';
import { isCalled } from '../call/recall/speech.ts';
import type { AgentPart, CallerTurn, CallState } from '../ports/call-state.ts';
import type { AgentSaid } from '../ports/facts.ts';
import type { Stretch, TranscriptLine } from '../ports/reading.ts';

/**
 * Everything that was said on a call, in the order it was said, which is not the order it became known in. What the
 * caller is hearing at this moment comes behind the last event, and so in the place where it will stand.
 */
export function transcriptOf(state: CallState, saying: readonly AgentSaid[] = []): readonly TranscriptLine[] {
  const lines = [
    ...state.callerTurns.filter(({ words }) => words !== '').map(callerLine),
    ...state.agentParts.flatMap(agentLine),
    ...beingSaid(state, saying).flatMap(agentLine),
  ];
  return lines.sort((a, b) => a.atMs - b.atMs || a.seq - b.seq);
}

/** As heard: from when a part of an answer began, for as long as it was listened to. */
export function agentStretches({ agentParts }: CallState): readonly Stretch[] {
  return agentParts
    .filter(({ heardMs }) => heardMs > 0)
    .map(({ atMs, heardMs }) => ({ fromMs: atMs, untilMs: atMs + heardMs }));
}

/** Parts of an answer are told of in the order in which they began. */
function beingSaid({ agentParts, sums }: CallState, saying: readonly AgentSaid[]): readonly AgentPart[] {
  if (saying.length === 0) return [];
  const begun = agentParts.filter(({ how }) => how === 'being said');
  return saying.map((said, index): AgentPart => {
    const { responseId, itemId, contentIndex = 0, text, heardMs, totalMs } = said;
    const at = begun.findIndex((part) => isCalled(part, said));
    const [part] = at < 0 ? [] : begun.splice(at, 1);
    const seq = sums.lastSeq + 1 + index;
    const words = { text: text.trim(), heardMs, totalMs, seq, how: 'said' } as const;
    const atMs = part?.atMs ?? Math.max(0, sums.lastAtMs - heardMs);
    return {
      leg: 0,
      session: 0,
      speaker: 'agent',
      ...part,
      responseId,
      itemId,
      contentIndex,
      atMs,
      ...words,
    };
  });
}

function callerLine({ atMs, untilMs, seq, words }: CallerTurn): TranscriptLine {
  const how = { unheard: '', isWritten: false, responseId: null } as const;
  return { who: 'caller', seq, atMs, untilMs: untilMs ?? atMs, text: words, ...how };
}

function agentLine(part: AgentPart): readonly TranscriptLine[] {
  const { seq, atMs, heardMs, responseId, text, how } = part;
  const isWritten = how === 'written';
  const { heard, unheard } = isWritten ? { heard: text, unheard: '' } : heardOf(part);
  if (how === 'being said' || (!isWritten && heard === '' && unheard === '')) return [];
  return [{ who: 'agent', seq, atMs, untilMs: atMs + heardMs, text: heard, unheard, isWritten, responseId }];
}

/** Once a part: it takes longer than all else about it. What was said changes no more. */
function heardOf(part: AgentPart): HeardWords {
  const known = HEARD.get(part);
  if (known) return known;
  const words = splitHeard(part.text, part.heardMs, part.totalMs);
  if (part.how === 'said') HEARD.set(part, words);
  return words;
}

const HEARD = new WeakMap<AgentPart, HeardWords>();
