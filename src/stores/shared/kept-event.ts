import { CALL_EVENT_VERSION, type CallEvent } from '../../ports/facts.ts';
import { upcast } from './upcast.ts';

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
