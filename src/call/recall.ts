import type {
  Aside,
  CallState,
  Doing,
  LegState,
  SessionState,
  ToolUse,
  TurnLatency,
} from '../ports/call-state.ts';
import type { CallEvent } from '../ports/facts.ts';
import { type GrowingSpeech, listen } from './recall/speech.ts';
import { type GrowingSums, noSums, sumUp } from './recall/sums.ts';

/**
 * What is so on a call: the one fold from the events of its journal, in their order, to its state. Every beginning of
 * a journal is one itself.
 */
export function recall(events: Iterable<CallEvent>): CallState {
  const memory = new Recollection();
  for (const event of events) memory.follow(event);
  return memory.state;
}

/** The same for a call that goes on, event by event. */
export class Recollection {
  readonly #state: GrowingState = nothingYet();

  /** It goes on changing: whoever wants to keep what is so now takes a copy. */
  get state(): CallState {
    return this.#state;
  }

  follow(event: CallEvent): void {
    const state = this.#state;
    const latency = sumUp(state.sums, event);
    if (latency) state.latencies.push(latency);
    if (state.doing !== 'over' || event.type === 'rang') state.doing = signOf(event) ?? state.doing;
    listen(state, event);
    take(state, event);
  }
}

type GrowingState = Omit<{ -readonly [Field in keyof CallState]: CallState[Field] }, keyof Grown> &
  Grown &
  GrowingSpeech;

interface Grown {
  readonly sums: GrowingSums;
  readonly legs: LegState[];
  readonly sessions: SessionState[];
  readonly asides: Aside[];
  readonly tools: Map<string, ToolUse>;
  readonly latencies: TurnLatency[];
}

function nothingYet(): GrowingState {
  return {
    sums: noSums(),
    doing: 'ringing',
    legs: [],
    sessions: [],
    transfer: null,
    recording: null,
    silencePromptedMs: null,
    callerTurns: [],
    agentParts: [],
    beingSaid: [],
    asides: [],
    tools: new Map(),
    latencies: [],
    summary: null,
  };
}

/** What is neither counted nor said. */
function take(state: GrowingState, event: CallEvent): void {
  const { atMs } = event;
  switch (event.type) {
    case 'answered':
    case 'leg_joined':
      state.legs.push({ leg: event.leg ?? 0, joinedMs: atMs, leftMs: null });
      return;
    case 'leg_left':
      return leave(state.legs, atMs, ({ leg }) => leg === (event.leg ?? 0));
    case 'model_ready':
      endSession(state.sessions, atMs); // one follows another
      state.sessions.push({ session: event.session ?? 0, readyMs: atMs, leftMs: null });
      return;
    case 'model_lost':
      return endSession(state.sessions, atMs);
    case 'silence_prompted':
      state.silencePromptedMs = atMs;
      return;
    case 'caller_started_speaking':
    case 'caller_said':
    case 'digit':
      state.silencePromptedMs = null;
      return;
    case 'told':
      state.asides.push({ type: 'told', atMs, text: event.text });
      return;
    case 'digits':
      state.asides.push({ type: 'digits', atMs, digits: event.digits });
      return;
    case 'shown':
      state.asides.push({ type: 'shown', atMs });
      return;
    case 'tool_called': {
      const { toolCallId, name, arguments: asked } = event;
      state.tools.set(toolCallId, { toolCallId, name, atMs, arguments: asked, returned: null });
      return;
    }
    case 'tool_returned': {
      const { toolCallId, name, tookMs, result, output } = event;
      const called = state.tools.get(toolCallId) ?? { toolCallId, name, atMs: atMs - tookMs, arguments: '' };
      state.tools.set(toolCallId, { ...called, returned: { atMs, tookMs, result, output } });
      return;
    }
    case 'transfer':
      if (event.state === 'announced' && state.transfer?.state === 'dialled') return; // they are away already
      state.transfer = { target: event.target, state: event.state };
      if (event.state === 'came_back') state.silencePromptedMs = null;
      return;
    case 'recording':
      state.recording = event.state === 'resumed' ? 'started' : event.state;
      return;
    case 'summarised':
      state.summary = { summary: event.summary, fields: event.fields };
      return;
    case 'rang': // perhaps again, after a process that left it open
    case 'ended':
      return leave(state.legs, atMs, () => true);
    default: // nothing else is so
  }
}

function leave(legs: LegState[], leftMs: number, isMeant: (leg: LegState) => boolean): void {
  for (const [at, leg] of legs.entries())
    if (leg.leftMs === null && isMeant(leg)) legs[at] = { ...leg, leftMs: Math.max(leg.joinedMs, leftMs) };
}

/** There is one at a time, as far as the caller hears. */
function endSession(sessions: SessionState[], leftMs: number): void {
  const last = sessions.at(-1);
  if (last?.leftMs === null) sessions[sessions.length - 1] = { ...last, leftMs };
}

/** What an event says of what goes on from then on; null: nothing. */
function signOf({ type }: CallEvent): Doing | null {
  switch (type) {
    case 'rang':
      return 'ringing'; // perhaps again
    case 'ended':
      return 'over';
    case 'caller_started_speaking':
      return 'caller speaks';
    case 'caller_stopped_speaking':
    case 'tool_returned':
      return 'thinking';
    case 'tool_called':
      return 'looking up';
    case 'agent_started_speaking':
    case 'went_on':
      return 'agent speaks';
    case 'agent_said':
    case 'interrupted':
    case 'held':
    case 'answered':
    case 'leg_joined':
      return 'listening';
    default:
      return null;
  }
}
