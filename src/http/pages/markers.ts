import { unreachable } from '../../errors.ts';
import type { CallState } from '../../ports/call-state.ts';
import type { CallEvent } from '../../ports/facts.ts';
import { explain } from '../../ports/problems.ts';
import type { CallNote } from '../../ports/store.ts';

/** Something worth finding on the time axis. */
export interface Marker {
  readonly kind: 'interruption' | 'tool' | 'problem' | 'digit' | 'transfer' | 'note';
  readonly atMs: number;
  /** Where it lasts; null: it is a moment. */
  readonly untilMs: number | null;
  readonly text: string;
}

export function markersOf(
  events: readonly CallEvent[],
  { tools: used }: CallState,
  notes: readonly CallNote[],
): readonly Marker[] {
  const tools = [...used.values()].map(({ name, atMs, returned }): Marker => {
    const untilMs = returned?.atMs ?? null;
    const isBad = returned !== null && returned.result !== 'ok' && returned.result !== 'call_ended';
    return isBad
      ? { kind: 'problem', atMs, untilMs, text: `${name} failed: ${returned.result.replaceAll('_', ' ')}` }
      : { kind: 'tool', atMs, untilMs, text: name };
  });
  const pinned = notes.flatMap(({ atMs, text }): readonly Marker[] =>
    atMs === null ? [] : [{ kind: 'note', atMs, untilMs: null, text }],
  );
  return [...events.flatMap(markerOf), ...tools, ...pinned].sort((a, b) => a.atMs - b.atMs);
}

function markerOf(event: CallEvent): readonly Marker[] {
  const { atMs } = event;
  const moment = (kind: Marker['kind'], text: string): readonly Marker[] => [
    { kind, atMs, untilMs: null, text },
  ];
  switch (event.type) {
    case 'interrupted':
      return [
        {
          kind: 'interruption',
          atMs: event.heardUntilMs ?? atMs,
          untilMs: null,
          text: `caller cuts in: ${seconds(event.unheardMs)} of the answer were not heard`,
        },
      ];
    case 'went_on':
      return moment('interruption', `paused for ${seconds(event.heldMs)}, and went on`);
    case 'problem':
      return moment('problem', problemWords(event));
    case 'digit':
      return moment('digit', `key ${event.digit}`);
    case 'digits':
      return moment('digit', `keys ${event.digits}`);
    case 'transfer':
      return moment('transfer', `transfer to ${event.target}: ${event.state.replaceAll('_', ' ')}`);
    case 'noted':
      return moment('note', event.text);
    case 'told':
      return moment(
        'note',
        `told by ${event.by === 'operator' ? 'the operator' : 'the house'}: ${event.text}`,
      );
    case 'model_lost':
      return moment('note', `the model’s session is over: ${event.hint ?? event.code}`);
    case 'unknown':
      return moment('note', `something that this version does not know: ${event.kind}`);
    case 'rang':
    case 'model_ready':
    case 'answered':
    case 'leg_joined':
    case 'leg_left':
    case 'caller_started_speaking':
    case 'caller_stopped_speaking':
    case 'caller_said':
    case 'agent_started_speaking':
    case 'agent_said':
    case 'agent_wrote':
    case 'held':
    case 'response_done':
    case 'tool_called':
    case 'tool_returned':
    case 'shown':
    case 'silence_prompted':
    case 'text_sent':
    case 'recording':
    case 'summarised':
    case 'webhook_delivery':
    case 'ended':
      return [];
    default:
      return unreachable(event);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** What it was and what to do about it, as far as anybody knows. */
function problemWords({ code, hint }: Extract<CallEvent, { type: 'problem' }>): string {
  const known = explain(code);
  const words = hint ?? (known && `${known.means} ${known.remedy}`);
  return words === null ? code : `${code}: ${words}`;
}
