import { MULAW_ENCODED } from '../../src/audio/g711.ts';
import { interleave, writeWav } from '../../src/audio/wav.ts';
import type { CallEvent, CallFact } from '../../src/ports/facts.ts';
import { agentClip, callerClip } from '../../src/practice/voice.ts';
import { eventsOf, type Happening, rang, usageOf } from './logged-calls.ts';

/** What strangers may put into a call's words, its tools and its names. */
export interface Words {
  readonly callerWords?: string;
  readonly agentWords?: string;
  readonly toolArguments?: string;
  readonly toolOutput?: string;
  readonly summary?: string;
  readonly rang?: Partial<Extract<CallFact, { type: 'rang' }>>;
}

/** A call that has everything a page can show: answers, one cut off, a look-up, keys, a problem, a summary. */
export function everythingHappens(words: Words = {}): readonly CallEvent[] {
  const opening = agentClip('opening_hours').text;
  const usage = usageOf({
    textIn: 900,
    cachedTextIn: 400,
    audioIn: 600,
    cachedAudioIn: 200,
    audioOut: 900,
    textOut: 120,
  });
  const done = (atMs: number, responseId: string): Happening => [
    atMs,
    { type: 'response_done', responseId, outcome: 'completed', usage },
  ];
  const said = (
    atMs: number,
    responseId: string,
    text: string,
    heardMs: number,
    totalMs = heardMs,
  ): Happening => [
    atMs,
    { type: 'agent_said', responseId, itemId: `i${responseId}`, text, heardMs, totalMs },
  ];
  const happenings: readonly Happening[] = [
    [0, rang(words.rang)],
    [310, { type: 'model_ready' }],
    [900, { type: 'answered' }],
    [900, { type: 'recording', state: 'started' }],
    [GREETING_MS, { type: 'agent_started_speaking', responseId: 'r1', lineMs: 60 }],
    done(1_900, 'r1'),
    said(GREETING_MS + 3_022, 'r1', words.agentWords ?? agentClip('greeting').text, 3_022),
    [OPENING_QUESTION_MS, { type: 'caller_started_speaking' }],
    [
      OPENING_QUESTION_MS + 1_250,
      { type: 'caller_stopped_speaking', spokeUntilMs: OPENING_QUESTION_MS + 836 },
    ],
    [
      OPENING_QUESTION_MS + 1_400,
      { type: 'caller_said', text: words.callerWords ?? callerClip('opening_hours').text },
    ],
    [OPENING_ANSWER_MS, { type: 'agent_started_speaking', responseId: 'r2', lineMs: 60 }],
    done(OPENING_ANSWER_MS + 1_900, 'r2'),
    [PARKING_QUESTION_MS, { type: 'caller_started_speaking' }],
    said(PARKING_QUESTION_MS + 40, 'r2', opening, PARKING_QUESTION_MS + 40 - OPENING_ANSWER_MS, 12_227),
    [PARKING_QUESTION_MS + 40, { type: 'interrupted', heardMs: 3_600, unheardMs: 8_627 }],
    [
      PARKING_QUESTION_MS + 2_050,
      { type: 'caller_stopped_speaking', spokeUntilMs: PARKING_QUESTION_MS + 1_665 },
    ],
    [PARKING_QUESTION_MS + 2_300, { type: 'caller_said', text: callerClip('parking').text }],
    [
      PARKING_QUESTION_MS + 2_500,
      {
        type: 'tool_called',
        toolCallId: 't1',
        name: 'find_parking',
        arguments: words.toolArguments ?? '{"near":"the church","hours":2}',
      },
    ],
    [
      PARKING_QUESTION_MS + 2_980,
      {
        type: 'tool_returned',
        toolCallId: 't1',
        name: 'find_parking',
        result: 'ok',
        tookMs: 480,
        output: words.toolOutput ?? '{"place":"behind the church","free":true}',
      },
    ],
    [PARKING_ANSWER_MS, { type: 'agent_started_speaking', responseId: 'r3', lineMs: 60 }],
    done(PARKING_ANSWER_MS + 900, 'r3'),
    said(PARKING_ANSWER_MS + 5_502, 'r3', agentClip('parking').text, 5_502),
    [PARKING_ANSWER_MS + 5_900, { type: 'digit', digit: '2' }],
    [
      PARKING_ANSWER_MS + 6_000,
      { type: 'tool_called', toolCallId: 't2', name: 'order_status', arguments: '{"order":4217}' },
    ],
    [
      PARKING_ANSWER_MS + 6_300,
      {
        type: 'tool_returned',
        toolCallId: 't2',
        name: 'order_status',
        result: 'timed_out',
        tookMs: 300,
        output: '{"problem":"It took too long."}',
      },
    ],
    [PARKING_ANSWER_MS + 6_300, { type: 'problem', code: 'rate_limit_near' }],
    [GOODBYE_MS, { type: 'caller_started_speaking' }],
    [GOODBYE_MS + 2_300, { type: 'caller_stopped_speaking', spokeUntilMs: GOODBYE_MS + 1_893 }],
    [GOODBYE_MS + 2_500, { type: 'caller_said', text: callerClip('goodbye').text }],
    [LAST_ANSWER_MS, { type: 'agent_started_speaking', responseId: 'r4', lineMs: 60 }],
    done(LAST_ANSWER_MS + 400, 'r4'),
    said(LAST_ANSWER_MS + 1_875, 'r4', agentClip('goodbye').text, 1_875),
    [END_MS, { type: 'ended', reason: 'caller_hung_up' }],
    [
      END_MS + 1_500,
      {
        type: 'summarised',
        summary: words.summary ?? 'Asked for the opening hours and where to park; both were answered.',
        fields: { reason: 'opening hours', outcome: 'answered', sentiment: 'friendly' },
      },
    ],
  ];
  return eventsOf([...happenings].sort(([one], [other]) => one - other));
}

/** How that call sounded: the caller left, the agent as heard right, on the call's own clock. */
export function itsRecording(): Uint8Array {
  const lane = () => new Uint8Array(END_MS * 8).fill(0xff);
  const [caller, agent] = [lane(), lane()];
  const put = (where: Uint8Array, atMs: number, sound: Uint8Array, mostMs = Number.POSITIVE_INFINITY) =>
    where.set(sound.subarray(0, mostMs * 8), atMs * 8);
  put(agent, GREETING_MS, agentSound('greeting'));
  put(caller, OPENING_QUESTION_MS, callerClip('opening_hours').mulaw);
  put(agent, OPENING_ANSWER_MS, agentSound('opening_hours'), PARKING_QUESTION_MS + 40 - OPENING_ANSWER_MS);
  put(caller, PARKING_QUESTION_MS, callerClip('parking').mulaw);
  put(agent, PARKING_ANSWER_MS, agentSound('parking'));
  put(caller, GOODBYE_MS, callerClip('goodbye').mulaw);
  put(agent, LAST_ANSWER_MS, agentSound('goodbye'));
  return writeWav({
    encoding: 'mulaw',
    sampleRate: 8_000,
    channels: 2,
    data: interleave(caller, agent, 0xff),
  });
}

/** Every third sample will do for a picture and a glance of the ear. */
function agentSound(name: string): Uint8Array {
  const { samples } = agentClip(name);
  return Uint8Array.from(
    { length: Math.floor(samples.length / 3) },
    (_, i) => MULAW_ENCODED[(samples[3 * i] ?? 0) & 0xffff] ?? 0xff,
  );
}

const GREETING_MS = 1_000;
const OPENING_QUESTION_MS = 4_700;
const OPENING_ANSWER_MS = 6_300;
export const PARKING_QUESTION_MS = 9_860;
const PARKING_ANSWER_MS = 13_200;
const GOODBYE_MS = 20_200;
const LAST_ANSWER_MS = 22_900;
export const END_MS = 25_400;
