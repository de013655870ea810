import type { CallEvent } from '../../ports/call-log.ts';

/** When on the call its recording begins: what sounds at second 0 of the file happened then. */
export function recordingStartMs(events: readonly CallEvent[]): number {
  const started = events.find((event) => event.type === 'recording' && event.state === 'started');
  return (started ?? events.find(({ type }) => type === 'answered'))?.atMs ?? 0;
}
