import { describe, expect, it } from 'vitest';
import { recall } from '../../../src/call/recall.ts';
import { markersOf } from '../../../src/http/pages/markers.ts';
import type { CallFact } from '../../../src/ports/facts.ts';
import type { CallNote } from '../../../src/ports/store.ts';
import type { ToolResult } from '../../../src/ports/tools.ts';
import { eventsOf, type Happening } from '../../support/logged-calls.ts';

function markersAt(happenings: readonly Happening[], notes: readonly CallNote[] = []) {
  const events = eventsOf(happenings);
  return markersOf(events, recall(events), notes);
}

describe('what is worth finding on a call', () => {
  it.each<readonly [CallFact, string]>([
    [
      { type: 'interrupted', heardMs: 900, unheardMs: 1_250 },
      'interruption: caller cuts in: 1.3 s of the answer were not heard',
    ],
    [{ type: 'went_on', heldMs: 400 }, 'interruption: paused for 0.4 s, and went on'],
    [{ type: 'digit', digit: '#' }, 'digit: key #'],
    [{ type: 'digits', digits: '****' }, 'digit: keys ****'],
    [{ type: 'transfer', target: 'desk', state: 'came_back' }, 'transfer: transfer to desk: came back'],
    [{ type: 'noted', text: 'Wants a refund.' }, 'note: Wants a refund.'],
    [{ type: 'told', by: 'operator', text: 'Be brief.' }, 'note: told by the operator: Be brief.'],
    [{ type: 'told', by: 'house', text: 'Time is up.' }, 'note: told by the house: Time is up.'],
    [{ type: 'problem', code: 'ENOTFOUND', hint: 'No address.' }, 'problem: ENOTFOUND: No address.'],
    [{ type: 'problem', code: 'of_tomorrow' }, 'problem: of_tomorrow'],
    [
      { type: 'unknown', kind: 'hummed', version: 9, written: {} },
      'note: something that this version does not know: hummed',
    ],
  ])('says in words what happened: %j', (fact, words) => {
    expect(markersAt([[5, fact]]).map(({ kind, text }) => `${kind}: ${text}`)).toEqual([words]);
  });

  it('says of a problem that is known what it means and what to do', () => {
    const [marker] = markersAt([[5, { type: 'problem', code: 'phone_is_deaf' }]]);

    expect(marker?.text).toMatch(/^phone_is_deaf: The phone’s side took no sound .* Look at the network/);
  });

  it('puts an interruption where the agent fell silent, which is not when that was noted', () => {
    const cut = { type: 'interrupted', heardMs: 900, unheardMs: 100, heardUntilMs: 4_900 } as const;

    expect(markersAt([[5_100, cut]])).toMatchObject([{ atMs: 4_900, untilMs: null }]);
  });

  it.each<readonly [ToolResult, string, string]>([
    ['ok', 'tool', 'book'],
    ['timed_out', 'problem', 'book failed: timed out'],
    ['call_ended', 'tool', 'book'], // it was not the tool that failed
  ])('has a tool last for as long as it ran, and knows whether it failed: %s', (result, kind, text) => {
    const call = { toolCallId: 't1', name: 'book' };
    const markers = markersAt([
      [2_000, { type: 'tool_called', ...call, arguments: '{}' }],
      [2_700, { type: 'tool_returned', ...call, result, tookMs: 700, output: '' }],
    ]);

    expect(markers).toEqual([{ kind, atMs: 2_000, untilMs: 2_700, text }]);
  });

  it('has a tool that is still at work as one without an end', () => {
    const called = { type: 'tool_called', toolCallId: 't1', name: 'book', arguments: '{}' } as const;

    expect(markersAt([[2_000, called]])).toMatchObject([{ kind: 'tool', untilMs: null }]);
  });

  it('has notes of readers at their moments among all else, and none of those about the whole call', () => {
    const note = (text: string, atMs: number | null) => ({ noteId: text, atMs, text, wallMs: 0 });
    const markers = markersAt(
      [
        [1_000, { type: 'digit', digit: '1' }],
        [3_000, { type: 'digit', digit: '2' }],
      ],
      [note('of the whole', null), note('of a moment', 2_000)],
    );

    expect(markers.map(({ atMs, text }) => [atMs, text])).toEqual([
      [1_000, 'key 1'],
      [2_000, 'of a moment'],
      [3_000, 'key 2'],
    ]);
  });
});
