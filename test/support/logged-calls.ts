import type { CallEvent, CallFact, EndReason } from '../../src/ports/facts.ts';
import type { Usage } from '../../src/ports/session.ts';
import type { StoredEvent } from '../../src/ports/store.ts';

/** A fact and when it happened: `[atMs, fact]`. */
export type Happening = readonly [atMs: number, fact: CallFact];

/** The moment seeded calls begin at. */
export const SEED_WALL_MS = Date.UTC(2026, 2, 1, 9);

export function rang(more: Partial<Extract<CallFact, { type: 'rang' }>> = {}): CallFact {
  return {
    type: 'rang',
    carrier: 'twilio',
    direction: 'inbound',
    from: '+15550001111',
    to: '+15550002222',
    agent: 'front-desk',
    model: 'gpt-realtime-2.1',
    wallMs: SEED_WALL_MS,
    ...more,
  };
}

export function eventsOf(happenings: readonly Happening[]): readonly CallEvent[] {
  return happenings.map(([atMs, fact], index) => ({ ...fact, seq: index + 1, atMs }));
}

export function stored(callId: string, events: readonly CallEvent[]): readonly StoredEvent[] {
  return events.map((event) => ({ callId, event }));
}

export function usageOf(more: Partial<Usage>): Usage {
  const none = { textIn: 0, audioIn: 0, imageIn: 0, cachedTextIn: 0, cachedAudioIn: 0, cachedImageIn: 0 };
  return { ...none, textOut: 0, audioOut: 0, ...more };
}

/** A caller asks, the agent looks something up and is cut off in its answer, the caller says goodbye. */
export function aWholeCall(more: Partial<Extract<CallFact, { type: 'rang' }>> = {}): readonly CallEvent[] {
  return eventsOf([
    [0, rang(more)],
    [400, { type: 'model_ready' }],
    [1_000, { type: 'answered' }],
    [1_200, { type: 'agent_started_speaking', responseId: 'r1' }],
    [3_200, agentSaid('r1', 'Good morning, how can I help?', 2_000, 2_000)],
    [4_000, { type: 'caller_started_speaking' }],
    [6_500, { type: 'caller_stopped_speaking', spokeUntilMs: 6_000 }],
    [6_700, { type: 'tool_called', toolCallId: 't1', name: 'order_status', arguments: '{"order":7}' }],
    [6_900, { type: 'caller_said', text: 'Where is my order number seven?' }],
    [
      7_000,
      {
        type: 'tool_returned',
        toolCallId: 't1',
        name: 'order_status',
        result: 'ok',
        tookMs: 300,
        output: '{"state":"shipped"}',
      },
    ],
    [7_100, { type: 'agent_started_speaking', responseId: 'r2', lineMs: 50 }],
    [9_000, { type: 'caller_started_speaking' }],
    [
      9_001,
      agentSaid('r2', 'Your order was shipped on Monday and arrives tomorrow before noon.', 1_900, 3_800),
    ],
    [9_002, { type: 'interrupted', heardMs: 1_900, unheardMs: 1_900 }],
    [
      9_003,
      {
        type: 'response_done',
        responseId: 'r2',
        outcome: 'cancelled',
        usage: usageOf({
          textIn: 1_000,
          cachedTextIn: 400,
          audioIn: 2_000,
          cachedAudioIn: 500,
          audioOut: 100,
        }),
      },
    ],
    [10_000, { type: 'caller_stopped_speaking', spokeUntilMs: 9_600 }],
    [10_400, { type: 'caller_said', text: 'Thank you, goodbye.' }],
    [12_000, { type: 'ended', reason: 'caller_hung_up' }],
  ]);
}

export function agentSaid(responseId: string, text: string, heardMs: number, totalMs: number): CallFact {
  return { type: 'agent_said', responseId, itemId: `item-${responseId}`, text, heardMs, totalMs };
}

/** So many different calls, ten minutes apart; the same ones every time. */
export function* seededCalls(count: number): Generator<{ callId: string; events: readonly CallEvent[] }> {
  for (let n = 0; n < count; n++) {
    const callId = `CA${n.toString(16).padStart(32, '0')}`;
    const subject = SUBJECTS[n % SUBJECTS.length] ?? 'order';
    const reason: EndReason = n % 50 === 0 ? 'model_lost' : n % 9 === 0 ? 'agent_hung_up' : 'caller_hung_up';
    const turns: Happening[] = Array.from({ length: 1 + (n % 7) }).flatMap((_, turn) =>
      aTurn(2_000 + turn * 8_000, `r${turn}`, subject, n),
    );
    const from = `+1555${String(1_000_000 + n * 37).slice(-7)}`;
    yield {
      callId,
      events: eventsOf([
        [
          0,
          rang({
            from,
            agent: n % 3 === 0 ? 'night-desk' : 'front-desk',
            wallMs: SEED_WALL_MS + n * 600_000,
          }),
        ],
        [1_000, { type: 'answered' }],
        ...turns,
        ...(n % 50 === 0 ? [[60_500, { type: 'problem', code: 'dropped' }] satisfies Happening] : []),
        [61_000 + (n % 300) * 1_000, { type: 'ended', reason }],
      ]),
    };
  }
}

/** A call of an hour and more: turn after turn, until there are so many events of it, and then its end. */
export function aLongCall(count: number): readonly CallEvent[] {
  const opening: Happening[] = [
    [0, rang()],
    [1_000, { type: 'answered' }],
  ];
  const turns = Array.from({ length: Math.ceil(count / 7) }).flatMap((_, turn) =>
    aTurn(2_000 + turn * 8_000, `r${turn}`, SUBJECTS[turn % SUBJECTS.length] ?? 'order', turn),
  );
  const talk = [...opening, ...turns].slice(0, count - 1);
  const endMs = talk.at(-1)?.[0] ?? 0;
  return eventsOf([...talk, [endMs, { type: 'ended', reason: 'caller_hung_up' }]]);
}

function aTurn(atMs: number, responseId: string, subject: string, n: number): Happening[] {
  const toolCallId = `t-${responseId}`;
  const name = n % 2 ? 'order_status' : 'opening_hours';
  const result = n % 11 === 0 ? 'failed' : 'ok';
  return [
    [atMs, { type: 'caller_started_speaking' }],
    [atMs + 1_500, { type: 'caller_stopped_speaking', spokeUntilMs: atMs + 1_100 }],
    [atMs + 1_600, { type: 'tool_called', toolCallId, name, arguments: '{}' }],
    [
      atMs + 1_700,
      { type: 'caller_said', text: `I would like to ask about my ${subject} number ${n}, please.` },
    ],
    [atMs + 1_900, { type: 'tool_returned', toolCallId, name, result, tookMs: 300, output: '{}' }],
    [atMs + 2_000 + (n % 40) * 50, { type: 'agent_started_speaking', responseId }],
    [
      atMs + 7_000,
      agentSaid(
        responseId,
        `About your ${subject}: it is ready, and we are glad that you called us.`,
        3_000,
        3_000,
      ),
    ],
    [
      atMs + 7_001,
      {
        type: 'response_done',
        responseId,
        outcome: 'completed',
        usage: usageOf({ audioIn: 300, audioOut: 60 }),
      },
    ],
  ];
}

const SUBJECTS = [
  'order',
  'invoice',
  'delivery',
  'refund',
  'appointment',
  'bicycle',
  'passport',
  'password',
] as const;
