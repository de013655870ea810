import { describe, expect, it } from 'vitest';
import { recall } from '../../src/call/recall.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import { type CardDraft, draftAfter } from '../../src/reading/card.ts';
import { costOf } from '../../src/reading/cost.ts';
import { percentile } from '../../src/reading/figures.ts';
import { aWholeCall, eventsOf, rang, seededCalls, usageOf } from '../support/logged-calls.ts';

const latenciesOf = (events: readonly CallEvent[]) => recall(events).latencies;

describe('the latency of a turn', () => {
  it('runs from the last word to the first sound heard, and says where it went', () => {
    expect(latenciesOf(aWholeCall())).toEqual([
      {
        atMs: 6_000,
        responseId: 'r2',
        totalMs: 1_150,
        detectionMs: 500,
        toolsMs: 300,
        modelMs: 300,
        lineMs: 50,
      },
    ]);
  });

  it('adds up to the whole', () => {
    const [turn] = latenciesOf(aWholeCall());

    expect((turn?.detectionMs ?? 0) + (turn?.toolsMs ?? 0) + (turn?.modelMs ?? 0) + (turn?.lineMs ?? 0)).toBe(
      turn?.totalMs,
    );
  });

  it('counts two tools at once only once', () => {
    const tool = (toolCallId: string) => ({ toolCallId, name: 'look_up' });
    const back = { type: 'tool_returned', result: 'ok', tookMs: 1, output: '' } as const;
    const [turn] = latenciesOf(
      eventsOf([
        [0, { type: 'caller_started_speaking' }],
        [1_000, { type: 'caller_stopped_speaking' }],
        [1_100, { type: 'tool_called', ...tool('a'), arguments: '' }],
        [1_200, { type: 'tool_called', ...tool('b'), arguments: '' }],
        [1_500, { ...back, ...tool('a') }],
        [1_700, { ...back, ...tool('b') }],
        [2_000, { type: 'agent_started_speaking', responseId: 'r1' }],
      ]),
    );

    expect(turn).toMatchObject({
      totalMs: 1_000,
      toolsMs: 600,
      modelMs: 400,
      detectionMs: null,
      lineMs: null,
    });
  });

  it('begins again when the caller goes on before there was an answer, and it is still one turn', () => {
    const events = eventsOf([
      [0, { type: 'caller_started_speaking' }],
      [1_000, { type: 'caller_stopped_speaking' }],
      [1_200, { type: 'caller_started_speaking' }],
      [3_000, { type: 'caller_stopped_speaking' }],
      [3_400, { type: 'agent_started_speaking', responseId: 'r1' }],
    ]);

    expect(latenciesOf(events).map(({ totalMs }) => totalMs)).toEqual([400]);
    expect(draftAfter(null, 'CA1', events)?.card.turns).toBe(1);
  });

  it('is not made of a greeting, of more of the same answer, or of a caller who only hums along', () => {
    const events = eventsOf([
      [0, { type: 'agent_started_speaking', responseId: 'r1' }],
      [1_000, { type: 'caller_started_speaking' }],
      [1_001, { type: 'held' }],
      [1_300, { type: 'caller_stopped_speaking' }],
      [1_400, { type: 'went_on', heldMs: 399 }],
      [2_000, { type: 'agent_started_speaking', responseId: 'r1' }],
      [4_000, { type: 'agent_started_speaking', responseId: 'r2' }],
    ]);

    expect(latenciesOf(events)).toEqual([]);
    expect(draftAfter(null, 'CA1', events)?.card.turns).toBe(0);
  });
});

describe('the cost of a call', () => {
  it('counts cached tokens as some of those that went in', () => {
    const usage = usageOf({
      textIn: 1_000,
      cachedTextIn: 400,
      audioIn: 2_000,
      cachedAudioIn: 500,
      audioOut: 100,
    });
    const cost = costOf({
      model: 'gpt-realtime-2.1',
      carrier: 'twilio',
      direction: 'inbound',
      openMs: 61_000,
      usage,
    });

    // 600 × 4 + 400 × 0.40 + 1500 × 32 + 500 × 0.40 + 100 × 64, for a million; two minutes begun
    expect(cost?.model).toBeCloseTo(0.05716, 8);
    expect(cost?.line).toBeCloseTo(2 * (0.0085 + 0.004), 8);
    expect(cost?.total).toBeCloseTo(0.08216, 8);
  });

  it.each([
    ['gpt-realtime-whisper', { seconds: 30 }, 0.0085],
    ['gpt-realtime-whisper', { audioIn: 300 }, 0.0085], // ten tokens a second
    ['gpt-4o-transcribe', { textIn: 100, audioIn: 900, textOut: 200 }, 0.0045],
    ['somebody’s own', { seconds: 30 }, 0],
  ])('has in it what the caller’s words in writing cost, by %s', (model, used, dollars) => {
    const transcription = { model, textIn: 0, audioIn: 0, textOut: 0, seconds: 0, ...used };
    const said = { type: 'caller_said', text: 'Hello?', transcription } as const;
    const cost =
      draftAfter(
        null,
        'CA1',
        eventsOf([
          [0, rang()],
          [1, said],
        ]),
      )?.card.cost ?? 0;

    expect(cost).toBeCloseTo(dollars, 8);
  });

  it('has in it what its summary cost', () => {
    const usage = usageOf({ textIn: 1_000, textOut: 100 });
    const summarised = { type: 'summarised', summary: 'Wanted the hours.', fields: {}, usage } as const;

    // 1000 × 4 + 100 × 24, for a million
    expect(
      draftAfter(
        null,
        'CA1',
        eventsOf([
          [0, rang()],
          [1, summarised],
        ]),
      )?.card.cost,
    ).toBeCloseTo(0.0064, 8);
  });

  it('is not known for a model whose prices are not', () => {
    const call = {
      carrier: 'twilio',
      direction: 'inbound',
      openMs: 1,
      usage: usageOf({ textIn: 1 }),
    } as const;

    expect(costOf({ ...call, model: 'some-model' })).toBeNull();
  });
});

describe('a card', () => {
  it('says at a glance what happened', () => {
    expect(draftAfter(null, 'CA1', aWholeCall())?.card).toMatchObject({
      callId: 'CA1',
      from: '+15550001111',
      endReason: 'caller_hung_up',
      durationMs: 12_000,
      turns: 2,
      interruptions: 1,
      tools: ['order_status'],
      toolFailures: 0,
      latencyP50Ms: 1_150,
      latencyP95Ms: 1_150,
      cost: expect.closeTo(0.05716 + 0.0125, 8),
    });
  });

  it('is the same when it is kept in between and read again', () => {
    for (const { callId, events } of seededCalls(60)) {
      let draft: CardDraft | null = null;
      for (const event of events) {
        const kept: CardDraft | null = draft === null ? null : JSON.parse(JSON.stringify(draft));
        draft = draftAfter(kept, callId, [event]);
      }
      expect(draft).toEqual(draftAfter(null, callId, events));
    }
  });

  it('takes a summary after the end without growing longer', () => {
    const end = aWholeCall();
    const summarised = {
      type: 'summarised',
      summary: 'Asked for an order.',
      fields: {},
      seq: 19,
      atMs: 20_000,
    } as const;

    expect(draftAfter(null, 'CA1', [...end, summarised])?.card).toMatchObject({
      summary: 'Asked for an order.',
      durationMs: 12_000,
    });
  });

  it('never runs backwards, though the call went on at a machine whose clock differs', () => {
    const events = eventsOf([
      [0, rang()],
      [9_000, { type: 'answered' }],
      [4_000, { type: 'caller_started_speaking' }],
      [5_000, { type: 'ended', reason: 'caller_hung_up' }],
    ]);

    expect(draftAfter(null, 'CA1', events)?.card).toMatchObject({
      durationMs: 9_000,
      endReason: 'caller_hung_up',
    });
  });
});

describe('the rest of the numbers', () => {
  it('joins what a tool was asked with what it said', () => {
    expect([...recall(aWholeCall()).tools.values()]).toEqual([
      {
        toolCallId: 't1',
        name: 'order_status',
        atMs: 6_700,
        arguments: '{"order":7}',
        returned: { atMs: 7_000, tookMs: 300, result: 'ok', output: '{"state":"shipped"}' },
      },
    ]);
  });

  it('takes percentiles that were really measured', () => {
    expect(percentile([], 50)).toBeNull();
    expect(percentile([5, 1, 3], 50)).toBe(3);
    expect(percentile([1, 2, 3, 4], 95)).toBe(4);
  });
});
