import type { CallEvent } from '../../ports/facts.ts';
import type { LiveCallEvents } from '../../ports/live-view.ts';
import type { CallReading } from '../../ports/reading.ts';

/** What a call is at, as one would say it. */
export type Doing =
  | 'ringing'
  | 'listening'
  | 'caller speaks'
  | 'thinking'
  | 'looking up'
  | 'agent speaks'
  | 'over';

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

export function liveCard({ callId, events, targets }: LiveCallEvents, reading: CallReading): LiveCall {
  const rang = events.find((event) => event.type === 'rang');
  const turns = reading.turns(events);
  const lastLine = reading.transcript(events).at(-1);
  return {
    callId,
    startedWallMs: rang?.wallMs ?? 0,
    who: (rang?.direction === 'outbound' ? rang.to : rang?.from) ?? '',
    direction: rang?.direction ?? 'inbound',
    agent: rang?.agent ?? '',
    doing: doingOf(events),
    lastLatencyMs: turns.at(-1)?.totalMs ?? null,
    turns: turns.length,
    lastWords: lastLine ? lastLine.text || lastLine.unheard : '',
    targets,
  };
}

/** The last thing that says what goes on. */
export function doingOf(events: readonly CallEvent[]): Doing {
  for (let at = events.length - 1; at >= 0; at -= 1) {
    const doing = sign(events[at]);
    if (doing) return doing;
  }
  return 'ringing';
}

function sign(event: CallEvent | undefined): Doing | null {
  switch (event?.type) {
    case 'ended':
      return 'over';
    case 'caller_started_speaking':
      return 'caller speaks';
    case 'caller_stopped_speaking':
      return 'thinking';
    case 'tool_called':
      return 'looking up';
    case 'tool_returned':
      return 'thinking';
    case 'agent_started_speaking':
    case 'went_on':
      return 'agent speaks';
    case 'agent_said':
    case 'interrupted':
    case 'held':
    case 'answered':
      return 'listening';
    default:
      return null;
  }
}
