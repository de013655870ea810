import type { CallSums, TurnLatency, TurnState, Waiting } from '../../ports/call-state.ts';
import type { CallEvent } from '../../ports/facts.ts';
import type { TranscriptionUsage, Usage } from '../../ports/session.ts';
import type { ToolResult } from '../../ports/tools.ts';

const BEFORE_THE_FIRST_TURN: TurnState = {
  waiting: null,
  goesOn: false,
  toolsRunning: 0,
  lastResponseId: null,
  turns: 0,
};

/** Takes in one event, and tells of the answer if this was its first sound. */
function followTurn(state: TurnState, event: CallEvent): readonly [TurnState, TurnLatency | null] {
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

/** Sums that are being made. */
export type GrowingSums = { -readonly [Field in keyof CallSums]: CallSums[Field] };

export const NO_USAGE: Usage = {
  textIn: 0,
  audioIn: 0,
  imageIn: 0,
  cachedTextIn: 0,
  cachedAudioIn: 0,
  cachedImageIn: 0,
  textOut: 0,
  audioOut: 0,
};

export function noSums(): GrowingSums {
  return {
    lastSeq: 0,
    lastAtMs: 0,
    startedWallMs: 0,
    carrier: '',
    direction: 'inbound',
    from: '',
    to: '',
    agent: '',
    model: '',
    answeredMs: null,
    endReason: null,
    endedMs: null,
    turn: BEFORE_THE_FIRST_TURN,
    interruptions: 0,
    toolNames: [],
    toolCalls: 0,
    toolFailures: 0,
    problems: 0,
    latencies: [],
    usage: NO_USAGE,
    transcribed: [],
    summary: null,
    hasRecording: false,
    isUntold: false,
  };
}

/** Takes in one event, in its order, and tells of the answer if this was its first sound. */
export function sumUp(sums: GrowingSums, event: CallEvent): TurnLatency | null {
  const [turn, latency] = followTurn(sums.turn, event);
  sums.turn = turn;
  if (latency && sums.latencies.length < MOST_LATENCIES)
    sums.latencies = [...sums.latencies, latency.totalMs];
  sums.lastAtMs = Math.max(sums.lastAtMs, event.atMs); // other machines' clocks may run otherwise
  sums.lastSeq = Math.max(sums.lastSeq, event.seq);
  count(sums, event);
  return latency;
}

/** What this kind of event changes by itself. */
function count(sums: GrowingSums, event: CallEvent): void {
  switch (event.type) {
    case 'rang':
      sums.startedWallMs = event.wallMs;
      sums.carrier = event.carrier;
      sums.direction = event.direction;
      sums.from = event.from;
      sums.to = event.to;
      sums.agent = event.agent;
      sums.model = event.model;
      // Where it has rung before, it goes on from here, on a clock that begins anew.
      sums.lastAtMs = event.atMs;
      sums.answeredMs = null;
      sums.endReason = null;
      sums.endedMs = null;
      return;
    case 'answered':
      sums.answeredMs ??= event.atMs;
      return;
    case 'interrupted':
      sums.interruptions += 1;
      return;
    case 'tool_called':
      if (!sums.toolNames.includes(event.name)) sums.toolNames = [...sums.toolNames, event.name];
      sums.toolCalls += 1;
      return;
    case 'tool_returned':
      if (isToolFailure(event.result)) sums.toolFailures += 1;
      return;
    case 'problem':
      sums.problems += 1;
      return;
    case 'response_done':
      if (event.usage) sums.usage = addUsage(sums.usage, event.usage);
      return;
    case 'caller_said':
      if (event.transcription) sums.transcribed = addTranscription(sums.transcribed, event.transcription);
      return;
    case 'recording':
      if (event.state === 'started') sums.hasRecording = true;
      if (event.state === 'deleted') sums.hasRecording = false;
      return;
    case 'summarised':
      sums.summary = event.summary;
      if (event.usage) sums.usage = addUsage(sums.usage, event.usage);
      return;
    case 'ended':
      sums.endReason = event.reason;
      sums.endedMs = sums.lastAtMs;
      return;
    case 'webhook_delivery':
      if (event.state !== 'taken_up') sums.isUntold = event.state === 'due';
      return;
    default: // it counts for nothing
  }
}

/** Whether it was the tool that failed, rather than the call that was over. */
function isToolFailure(result: ToolResult): boolean {
  return result !== 'ok' && result !== 'call_ended';
}

function addUsage(one: Usage, other: Usage): Usage {
  return {
    textIn: one.textIn + other.textIn,
    audioIn: one.audioIn + other.audioIn,
    imageIn: one.imageIn + other.imageIn,
    cachedTextIn: one.cachedTextIn + other.cachedTextIn,
    cachedAudioIn: one.cachedAudioIn + other.cachedAudioIn,
    cachedImageIn: one.cachedImageIn + other.cachedImageIn,
    textOut: one.textOut + other.textOut,
    audioOut: one.audioOut + other.audioOut,
  };
}

/** Some models say how long the sound was, and some in tokens only: whoever is paid by the minute has it either way. */
function addTranscription(
  all: readonly TranscriptionUsage[],
  { model, textIn, audioIn, textOut, seconds }: TranscriptionUsage,
): readonly TranscriptionUsage[] {
  const before = all.find((other) => other.model === model);
  const both = {
    model,
    textIn: (before?.textIn ?? 0) + textIn,
    audioIn: (before?.audioIn ?? 0) + audioIn,
    textOut: (before?.textOut ?? 0) + textOut,
    seconds: (before?.seconds ?? 0) + (seconds || audioIn / AUDIO_TOKENS_PER_SECOND),
  };
  return before ? all.map((other) => (other === before ? both : other)) : [...all, both];
}

const AUDIO_TOKENS_PER_SECOND = 10;

/** More answers than the longest call has; it bounds what is kept of one. */
const MOST_LATENCIES = 2_000;
