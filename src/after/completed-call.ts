import type { CallState } from '../ports/call-state.ts';
import type { CallCard } from '../ports/store.ts';
import { transcriptOf } from '../reading/transcript.ts';

/** What is sent of a call that is over. `version` grows when a field changes its meaning; new ones do not count. */
export function completedCall(card: CallCard, state: CallState): Readonly<Record<string, unknown>> {
  const { callId, startedWallMs, direction, from, to, agent, endReason, durationMs, cost, summary } = card;
  return {
    type: 'call.completed',
    version: 1,
    callId,
    startedAt: new Date(startedWallMs).toISOString(),
    direction,
    from,
    to,
    agent,
    endReason,
    durationMs,
    turns: card.turns,
    interruptions: card.interruptions,
    latencyP50Ms: card.latencyP50Ms,
    latencyP95Ms: card.latencyP95Ms,
    costUsd: cost,
    summary,
    fields: state.summary?.fields ?? {},
    transcript: transcriptOf(state).map(({ who, atMs, text, unheard }) => ({ who, atMs, text, unheard })),
    tools: [...state.tools.values()].map(({ name, atMs, returned }) => ({
      name,
      atMs,
      result: returned?.result ?? null,
    })),
  };
}
