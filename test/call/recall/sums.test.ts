import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../../src/call/recall/sums.ts';
import { recall } from '../../../src/call/recall.ts';
import type { CallFact } from '../../../src/ports/facts.ts';
import type { Usage } from '../../../src/ports/session.ts';
import type { ToolResult } from '../../../src/ports/tools.ts';
import { eventsOf, type Happening, rang, usageOf } from '../../support/logged-calls.ts';

const sumsAfter = (...happenings: readonly Happening[]) => recall(eventsOf(happenings)).sums;
const sumsOf = (...facts: readonly CallFact[]) =>
  sumsAfter(...facts.map((fact, at): Happening => [at * 100, fact]));

const returned = (result: ToolResult, name = 'book'): CallFact => ({
  type: 'tool_returned',
  toolCallId: result,
  name,
  result,
  tookMs: 1,
  output: '',
});
const called = (name: string): CallFact => ({
  type: 'tool_called',
  toolCallId: name,
  name,
  arguments: '{}',
});

describe('what a call amounts to', () => {
  it('has in it the tokens of every answer and of the summary, kind by kind', () => {
    const names = Object.keys(NO_USAGE) as (keyof Usage)[];
    const usage = fc.record(Object.fromEntries(names.map((name) => [name, fc.nat(10_000)])));
    fc.assert(
      fc.property(fc.array(usage, { maxLength: 5 }), usage, (answers, last) => {
        const sums = sumsOf(
          ...answers.map(
            (used, at): CallFact => ({
              type: 'response_done',
              responseId: `r${at}`,
              outcome: 'completed',
              usage: usageOf(used),
            }),
          ),
          { type: 'summarised', summary: '', fields: {}, usage: usageOf(last) },
        );

        for (const name of names)
          expect(sums.usage[name]).toBe(
            [...answers, last].reduce((total, used) => total + (used[name] ?? 0), 0),
          );
      }),
    );
  });

  it('has what wrote down the caller’s words summed up model by model', () => {
    const said = (model: string, more: object): CallFact => ({
      type: 'caller_said',
      text: 'Hello?',
      transcription: { model, textIn: 0, audioIn: 0, textOut: 0, seconds: 0, ...more },
    });

    const { transcribed } = sumsOf(
      said('by the minute', { seconds: 3 }),
      said('by the token', { textIn: 5, audioIn: 40, textOut: 7 }),
      said('by the minute', { seconds: 4.5 }),
      said('by the token', { textIn: 6, audioIn: 20, textOut: 8 }),
    );

    expect(transcribed).toEqual([
      { model: 'by the minute', textIn: 0, audioIn: 0, textOut: 0, seconds: 7.5 },
      { model: 'by the token', textIn: 11, audioIn: 60, textOut: 15, seconds: 6 }, // ten tokens a second
    ]);
  });

  it('counts as failures of tools only those that the tools were at fault for', () => {
    const sums = sumsOf(returned('ok'), returned('call_ended'), returned('failed'), returned('timed_out'));

    expect(sums.toolFailures).toBe(2);
  });

  it('names each tool once, and counts each use', () => {
    expect(sumsOf(called('book'), called('move'), called('book'))).toMatchObject({
      toolNames: ['book', 'move'],
      toolCalls: 3,
    });
  });

  it('counts from when the line was opened first, though the caller came back on another', () => {
    expect(
      sumsAfter([0, rang()], [1_000, { type: 'answered' }], [9_000, { type: 'answered' }]).answeredMs,
    ).toBe(1_000);
  });

  it('has a recording until it is deleted', () => {
    const begun: readonly CallFact[] = [rang(), { type: 'recording', state: 'started' }];

    expect(sumsOf(...begun, { type: 'recording', state: 'paused' }).hasRecording).toBe(true);
    expect(sumsOf(...begun, { type: 'recording', state: 'deleted' }).hasRecording).toBe(false);
    expect(sumsOf(rang(), { type: 'recording', state: 'declined' }).hasRecording).toBe(false);
  });

  it('is owed to whoever wants to know of it until they do, or it was given up, whoever took it up meanwhile', () => {
    const due = { type: 'webhook_delivery', state: 'due' } as const;
    const takenUp = { type: 'webhook_delivery', state: 'taken_up', by: 'another' } as const;
    const isUntold = (...facts: readonly CallFact[]) => sumsOf(...facts).isUntold;

    expect([isUntold(rang()), isUntold(due), isUntold(due, takenUp)]).toEqual([false, true, true]);
    expect(isUntold(due, takenUp, { type: 'webhook_delivery', state: 'delivered' })).toBe(false);
    expect(isUntold(due, { type: 'webhook_delivery', state: 'given_up', why: 'gone' })).toBe(false);
  });

  it('keeps the time of no more answers than the longest call has', () => {
    const turns = Array.from({ length: 2_005 }).flatMap((_, n): Happening[] => [
      [n * 1_000, { type: 'caller_started_speaking' }],
      [n * 1_000 + 100, { type: 'caller_stopped_speaking' }],
      [n * 1_000 + 400, { type: 'agent_started_speaking', responseId: `r${n}` }],
    ]);

    expect(sumsAfter(...turns).latencies).toEqual(Array(2_000).fill(300));
  });
});

describe('the time of an answer', () => {
  const stopped: Happening = [2_000, { type: 'caller_stopped_speaking' }];
  const answered: Happening = [3_000, { type: 'agent_started_speaking', responseId: 'r1' }];
  const timeOf = (...happenings: readonly Happening[]) => recall(eventsOf(happenings)).latencies;

  it('has in it a tool that was at work before the caller fell silent, from then on', () => {
    expect(timeOf([1_500, called('book')], stopped, [2_600, returned('ok')], answered)).toMatchObject([
      { totalMs: 1_000, toolsMs: 600, modelMs: 400 },
    ]);
  });

  it('has in it a tool that is still at work when the answer begins', () => {
    expect(timeOf(stopped, [2_300, called('book')], answered)).toMatchObject([
      { totalMs: 1_000, toolsMs: 700, modelMs: 300 },
    ]);
  });

  it('bears an answer of a tool that nobody knows was asked', () => {
    expect(
      timeOf([500, returned('ok')], stopped, [2_100, called('book')], [2_300, returned('ok')], answered),
    ).toMatchObject([{ toolsMs: 200, modelMs: 800 }]);
  });

  it('is never less than nothing, though another machine’s clock is behind', () => {
    expect(timeOf(stopped, [2_300, called('book')], [1_900, returned('ok')], answered)).toMatchObject([
      { toolsMs: 0, modelMs: 1_000 },
    ]);
  });

  it('is that of one turn, however often the caller went on', () => {
    const again: readonly Happening[] = [2_200, 3_200, 4_200].flatMap((atMs): Happening[] => [
      [atMs, { type: 'caller_started_speaking' }],
      [atMs + 100, { type: 'caller_started_speaking' }],
      [atMs + 800, { type: 'caller_stopped_speaking' }],
    ]);

    expect(sumsAfter(stopped, ...again).turn.turns).toBe(1);
  });

  it('is not taken from the turns before where a caller hums along whom nobody had noticed', () => {
    const hummed: Happening = [4_000, { type: 'went_on', heldMs: 300 }];

    expect(sumsAfter(stopped, answered, hummed).turn.turns).toBe(1);
  });
});
