import type { TurnLatency, TurnState, Waiting } from '../../ports/call-state.ts';
import type { CallEvent } from '../../ports/facts.ts';

export const BEFORE_THE_FIRST_TURN: TurnState = {
  waiting: null,
  goesOn: false,
  toolsRunning: 0,
  lastResponseId: null,
  turns: 0,
};

/** Takes in one event, and tells of the answer if this was its first sound. */
export function followTurn(state: TurnState, event: CallEvent): readonly [TurnState, TurnLatency | null] {
  switch (event.type) {
    case 'caller_started_speaking':
      return [{ ...state, waiting: null, goesOn: state.waiting !== null || state.goesOn }, null];
    case 'caller_stopped_speaking':
      return [turnEnded(state, event.atMs, event.spokeUntilMs ?? null), null];
    case 'went_on': // the caller only said "mhm", and wanted no answer
      return [{ ...state, waiting: null, turns: state.turns - (state.waiting ? 1 : 0) }, null];
    case 'tool_called':
      return [toolsChanged(state, 1, event.atMs), null];
    case 'tool_returned':
      return [toolsChanged(state, -1, event.atMs), null];
    case 'agent_started_speaking': {
      const { responseId, atMs, lineMs } = event;
      if (!state.waiting || responseId === state.lastResponseId)
        return [{ ...state, lastResponseId: responseId }, null];
      const answered = { ...state, waiting: null, goesOn: false, lastResponseId: responseId };
      return [answered, latencyOf(state.waiting, responseId, atMs, lineMs ?? null)];
    }
    default:
      return [state, null];
  }
}

function turnEnded(state: TurnState, noticedMs: number, spokeUntilMs: number | null): TurnState {
  const toolsSinceMs = state.toolsRunning > 0 ? noticedMs : null;
  return {
    ...state,
    waiting: { spokeUntilMs, noticedMs, toolsMs: 0, toolsSinceMs },
    goesOn: false,
    turns: state.turns + (state.goesOn ? 0 : 1),
  };
}

function toolsChanged(state: TurnState, by: number, atMs: number): TurnState {
  const toolsRunning = Math.max(0, state.toolsRunning + by);
  if (!state.waiting) return { ...state, toolsRunning };
  const { toolsMs, toolsSinceMs } = state.waiting;
  const ranMs = toolsSinceMs === null ? 0 : Math.max(0, atMs - toolsSinceMs); // another node's clock may be behind
  const waiting = {
    ...state.waiting,
    toolsMs: toolsMs + ranMs,
    toolsSinceMs: toolsRunning > 0 ? atMs : null,
  };
  return { ...state, toolsRunning, waiting };
}

function latencyOf(
  waiting: Waiting,
  responseId: string,
  startedMs: number,
  lineMs: number | null,
): TurnLatency {
  const atMs = waiting.spokeUntilMs ?? waiting.noticedMs;
  const stillRunningMs = waiting.toolsSinceMs === null ? 0 : Math.max(0, startedMs - waiting.toolsSinceMs);
  const toolsMs = waiting.toolsMs + stillRunningMs;
  return {
    atMs,
    responseId,
    totalMs: Math.max(0, startedMs + (lineMs ?? 0) - atMs),
    detectionMs: waiting.spokeUntilMs === null ? null : Math.max(0, waiting.noticedMs - waiting.spokeUntilMs),
    toolsMs,
    modelMs: Math.max(0, startedMs - waiting.noticedMs - toolsMs),
    lineMs,
  };
}
