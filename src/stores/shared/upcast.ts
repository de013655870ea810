import { CALL_EVENT_VERSION, type CallEvent } from '../../ports/facts.ts';

/**
 * An event as it was written by whatever version of this program, in the words of this one. Whatever a later version
 * may have written is `unknown` here: what it was stays with it, and is shown and kept as it is.
 */
export function upcast(version: number, written: unknown): CallEvent {
  let event = isRecord(written) ? written : {};
  for (let from = Math.max(1, version); from < CALL_EVENT_VERSION; from++)
    event = STEPS[from]?.(event) ?? event;
  return isKnown(event) ? event : unknownOf(version, written, event);
}

type Written = Readonly<Record<string, unknown>>;

/** What brings an event from each version to the next. */
const STEPS: Readonly<Record<number, (event: Written) => Written>> = {
  1: (event) => (event['type'] === 'told_on' ? { ...event, type: 'webhook_delivery' } : event),
};

/** We wrote it: what is of a kind that we know has the fields of its kind, and perhaps some that came later. */
function isKnown(event: Written): event is CallEvent & Written {
  const { type, seq, atMs } = event;
  return typeof type === 'string' && Object.hasOwn(KINDS, type) && isNumber(seq) && isNumber(atMs);
}

function unknownOf(version: number, written: unknown, { type, seq, atMs }: Written): CallEvent {
  return {
    type: 'unknown',
    kind: typeof type === 'string' ? type : '',
    version,
    written,
    seq: isNumber(seq) ? seq : 0,
    atMs: isNumber(atMs) ? atMs : 0,
  };
}

function isRecord(value: unknown): value is Written {
  return typeof value === 'object' && value !== null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

const KINDS = {
  rang: true,
  model_ready: true,
  model_lost: true,
  answered: true,
  leg_joined: true,
  leg_left: true,
  caller_started_speaking: true,
  caller_stopped_speaking: true,
  caller_said: true,
  agent_started_speaking: true,
  agent_said: true,
  agent_wrote: true,
  held: true,
  went_on: true,
  interrupted: true,
  digit: true,
  digits: true,
  response_done: true,
  tool_called: true,
  tool_returned: true,
  told: true,
  shown: true,
  noted: true,
  silence_prompted: true,
  transfer: true,
  text_sent: true,
  recording: true,
  problem: true,
  summarised: true,
  webhook_delivery: true,
  ended: true,
} satisfies Record<Exclude<CallEvent['type'], 'unknown'>, true>;

/** An event as a row of either store has it. */
export interface KeptEvent {
  /** The version of events that it was written in; where there is no such column, everything is of the first. */
  readonly version?: unknown;
  readonly event?: unknown;
}

/** What is written of an event. One that this program does not know is written as it was found. */
export function toKept(event: CallEvent): { readonly version: number; readonly event: string } {
  return event.type === 'unknown'
    ? { version: event.version, event: JSON.stringify(event.written) }
    : { version: CALL_EVENT_VERSION, event: JSON.stringify(event) };
}

/** The one way back. Throws where what is there is no JSON: then something is damaged. */
export function fromKept({ version = 1, event }: KeptEvent): CallEvent {
  return upcast(Number(version), JSON.parse(String(event)));
}
