import type { CallEvent, EndReason } from '../../ports/call-log.ts';
import type { CallReading } from '../../ports/call-reading.ts';
import { recordingStartMs } from '../review/recording-start.ts';

/** What the caller of a call did, so that a practice caller can do it again to the agent of today. */
export interface PracticeScript {
  readonly version: 1;
  readonly from: string;
  readonly to: string;
  readonly agent: string;
  readonly steps: readonly PracticeStep[];
  /** What the agent of that day did of it. */
  readonly outcome: { readonly tools: readonly string[]; readonly endReason: EndReason | null };
}

export type PracticeStep =
  /** Waits until the agent has had its say. */
  | { readonly type: 'listen' }
  /** Waits until the agent has been speaking for so long: what comes next cuts in. */
  | { readonly type: 'listen_for'; readonly ms: number }
  /** Says this; the sound of it is in the first channel of the recording. */
  | {
      readonly type: 'say';
      readonly text: string;
      readonly recording: { readonly fromMs: number; readonly untilMs: number };
    }
  | { readonly type: 'press'; readonly digits: string }
  | { readonly type: 'hang_up' };

export function practiceScript(events: readonly CallEvent[], reading: CallReading): PracticeScript {
  const rang = events.find((event) => event.type === 'rang');
  const ended = events.find((event) => event.type === 'ended');
  const startMs = recordingStartMs(events);
  const lines = reading.transcript(events);
  const said = lines.filter(({ who }) => who === 'caller');
  const agentSpoke = reading.agentStretches(events);

  const deeds: { readonly atMs: number; readonly steps: readonly PracticeStep[] }[] = [];
  for (const { atMs, untilMs, text } of said) {
    const cutInto = agentSpoke.find((stretch) => stretch.fromMs < atMs && atMs < stretch.untilMs + CUT_IN_MS);
    const wasCut =
      cutInto !== undefined && events.some((e) => e.type === 'interrupted' && near(e.atMs, atMs));
    const wait: PracticeStep =
      wasCut && cutInto ? { type: 'listen_for', ms: Math.round(atMs - cutInto.fromMs) } : { type: 'listen' };
    const recording = {
      fromMs: Math.max(0, Math.round(atMs - startMs)),
      untilMs: Math.round(untilMs - startMs),
    };
    deeds.push({ atMs, steps: [wait, { type: 'say', text, recording }] });
  }
  for (const event of events)
    if (event.type === 'digit')
      deeds.push({ atMs: event.atMs, steps: [{ type: 'press', digits: event.digit }] });
  deeds.sort((a, b) => a.atMs - b.atMs);

  const goodbye: readonly PracticeStep[] =
    ended?.reason === 'caller_hung_up' ? [{ type: 'listen' }, { type: 'hang_up' }] : [{ type: 'listen' }];
  return {
    version: 1,
    from: rang?.from ?? '',
    to: rang?.to ?? '',
    agent: rang?.agent ?? '',
    steps: [...deeds.flatMap(({ steps }) => steps), ...goodbye],
    outcome: { tools: reading.toolUses(events).map(({ name }) => name), endReason: ended?.reason ?? null },
  };
}

function near(one: number, other: number): boolean {
  return Math.abs(one - other) < CUT_IN_MS;
}

/** Between the first sound of somebody who cuts in and the moment that it counts as one. */
const CUT_IN_MS = 1_000;
