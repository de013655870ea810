import type { CallEvent } from '../ports/facts.ts';
import type { Stretch } from '../ports/reading.ts';

/** Who spoke how long, while the line was open. Where both spoke, both did. */
export interface TalkShares {
  readonly openMs: number;
  readonly callerMs: number;
  readonly agentMs: number;
  readonly bothMs: number;
  readonly silenceMs: number;
}

export function talkShares(events: readonly CallEvent[]): TalkShares {
  const openFromMs = events.find(({ type }) => type === 'answered')?.atMs ?? 0;
  const openUntilMs = events.find(({ type }) => type === 'ended')?.atMs ?? events.at(-1)?.atMs ?? 0;
  const caller = united(callerStretches(events));
  const agent = united(agentStretches(events));
  const openMs = Math.max(0, openUntilMs - openFromMs);
  const callerMs = lengthOf(caller);
  const agentMs = lengthOf(agent);
  const eitherMs = lengthOf(united([...caller, ...agent]));
  return {
    openMs,
    callerMs,
    agentMs,
    bothMs: callerMs + agentMs - eitherMs,
    silenceMs: Math.max(0, openMs - eitherMs),
  };
}

export function callerStretches(events: readonly CallEvent[]): readonly Stretch[] {
  const found: Stretch[] = [];
  let sinceMs: number | null = null;
  for (const event of events) {
    if (event.type === 'caller_started_speaking') sinceMs ??= event.atMs;
    const isOver = event.type === 'caller_stopped_speaking' || event.type === 'ended';
    if (!isOver || sinceMs === null) continue;
    const endMs = event.type === 'caller_stopped_speaking' ? (event.spokeUntilMs ?? event.atMs) : event.atMs;
    found.push({ fromMs: sinceMs, untilMs: Math.max(sinceMs, endMs) });
    sinceMs = null;
  }
  return found;
}

/** As heard: from when a part of an answer began, for as long as it was listened to. */
export function agentStretches(events: readonly CallEvent[]): readonly Stretch[] {
  const begun = new Map<string, number[]>();
  const found: Stretch[] = [];
  for (const event of events) {
    if (event.type === 'agent_started_speaking') {
      begun.set(event.responseId, [...(begun.get(event.responseId) ?? []), event.atMs]);
    }
    if (event.type !== 'agent_said') continue;
    const fromMs = begun.get(event.responseId)?.shift() ?? event.atMs - event.heardMs;
    if (event.heardMs > 0) found.push({ fromMs, untilMs: fromMs + event.heardMs });
  }
  return found;
}

function united(stretches: readonly Stretch[]): readonly Stretch[] {
  const whole: Stretch[] = [];
  for (const stretch of stretches.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = whole.at(-1);
    if (!last || stretch.fromMs > last.untilMs) whole.push(stretch);
    else whole[whole.length - 1] = { ...last, untilMs: Math.max(last.untilMs, stretch.untilMs) };
  }
  return whole;
}

function lengthOf(stretches: readonly Stretch[]): number {
  return stretches.reduce((sum, { fromMs, untilMs }) => sum + untilMs - fromMs, 0);
}
