import type { Doing } from '../../ports/call-state.ts';
import type { CallReading } from '../../ports/reading.ts';
import type { KnownLiveCall } from './room.ts';

/** A live call at a glance. */
export interface LiveCall {
  readonly callId: string;
  readonly startedWallMs: number;
  readonly who: string;
  readonly direction: 'inbound' | 'outbound';
  readonly agent: string;
  readonly doing: Doing;
  readonly lastLatencyMs: number | null;
  readonly turns: number;
  readonly lastWords: string;
  readonly targets: readonly string[];
}

export function liveCard({ callId, state, targets }: KnownLiveCall, reading: CallReading): LiveCall {
  const { sums, latencies, doing } = state;
  const { startedWallMs, direction, from, to, agent } = sums;
  const lastLine = reading.transcript(state).at(-1);
  return {
    callId,
    startedWallMs,
    who: direction === 'outbound' ? to : from,
    direction,
    agent,
    doing,
    lastLatencyMs: latencies.at(-1)?.totalMs ?? null,
    turns: latencies.length,
    lastWords: lastLine ? lastLine.text || lastLine.unheard : '',
    targets,
  };
}
