import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CSV_COLUMNS,
  csvCell,
  csvLine,
  practiceScript,
  transcriptText,
  transcriptVtt,
} from '../../../src/http/api/call-files.ts';
import type { CallEvent } from '../../../src/ports/facts.ts';
import type { TranscriptLine } from '../../../src/ports/reading.ts';
import type { CallCard } from '../../../src/ports/store.ts';
import { callReading } from '../../../src/reading/reading.ts';
import { agentSaid, aWholeCall, eventsOf, rang } from '../../support/logged-calls.ts';

describe('a cell of a table', () => {
  it('gives back what was put in, whatever it is, to whoever reads tables as everybody does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const cell = csvCell(text);
        expect(cell).toMatch(/^"(?:[^"]|"")*"$/);
        expect(cell.slice(1, -1).replaceAll('""', '"').replace(/^'/, '')).toBe(text.replace(/^'/, ''));
      }),
    );
  });
});

describe('a line of a table', () => {
  const note = (text: string) => ({ noteId: text, atMs: null, text, wallMs: 0 });
  const aCard = (more: Partial<CallCard>): CallCard => {
    const card = callReading.card('CA1', callReading.recall(aWholeCall()));
    if (!card) throw new Error('There is no such call.');
    return { ...card, ...more };
  };
  const cells = (card: CallCard) =>
    Object.fromEntries(Object.entries(CSV_COLUMNS).map(([name, cellOf]) => [name, cellOf(card)]));

  it('says when in UTC, and how long in seconds', () => {
    expect(cells(aCard({}))).toMatchObject({ started: '2026-03-01T09:00:00.000Z', duration_s: 12 });
  });

  it('has many tools, tags and notes in one cell each, parted', () => {
    const card = aCard({ tools: ['book', 'move'], tags: ['a', 'b'], notes: [note('one'), note('two')] });

    expect(cells(card)).toMatchObject({ tools: 'book move', tags: 'a b', notes: 'one\ntwo' });
  });

  it('has as many cells as there are columns, and nothing where nothing is known', () => {
    const line = csvLine(aCard({ endReason: null, cost: null, summary: null, notes: [note('a,b')] }));

    expect(line.match(/(?:"(?:[^"]|"")*"|[^",\r]*)(?:,|\r\n$)/g)).toHaveLength(
      Object.keys(CSV_COLUMNS).length,
    );
    expect(line).toMatch(/,false,"",,"a,b"\r\n$/);
  });
});

describe('a transcript to take away', () => {
  const line = (more: Partial<TranscriptLine>): TranscriptLine => ({
    who: 'agent',
    seq: 1,
    atMs: 61_900,
    untilMs: 63_000,
    text: 'We open at nine.',
    unheard: '',
    isWritten: false,
    responseId: 'r1',
    ...more,
  });

  it('has whole seconds, who spoke, and in brackets what was not heard', () => {
    expect(
      transcriptText([
        line({}),
        line({ text: 'We open', unheard: ' at\nnine.' }),
        line({ text: '', unheard: 'Goodbye.' }),
        line({ who: 'caller', atMs: 3_600_000, text: 'Thanks.' }),
      ]),
    ).toBe(
      [
        '00:01:01 Agent: We open at nine.',
        '00:01:01 Agent: We open [unheard: at nine.]',
        '00:01:01 Agent: [unheard: Goodbye.]',
        '01:00:00 Caller: Thanks.\n',
      ].join('\n'),
    );
  });

  it('shows as subtitles only what was heard, and a short word for long enough to be read', () => {
    const vtt = transcriptVtt([
      line({ text: '', unheard: 'Never heard.' }),
      line({ text: 'Q&A?', untilMs: 61_950 }),
      line({ who: 'caller', atMs: 64_000, untilMs: 66_500, text: 'Yes.' }),
    ]);

    expect(vtt).toBe(
      'WEBVTT\n\n00:01:01.900 --> 00:01:02.100\n<v Agent>Q&amp;A?\n\n00:01:04.000 --> 00:01:06.500\n<v Caller>Yes.\n',
    );
  });
});

describe('a call that becomes a test', () => {
  const NO_SOUND = async () => null;
  const scriptOf = (events: readonly CallEvent[], soundOf: Parameters<typeof practiceScript>[3] = NO_SOUND) =>
    practiceScript(events, callReading.recall(events), callReading, soundOf);
  const said = (text: string, mulaw: string | null = null) => ({ type: 'say', text, mulaw }) as const;

  it('waits for the answers, cuts in where the caller did, and hangs up where the caller did', async () => {
    const { steps, outcome } = await scriptOf(aWholeCall());

    expect(steps).toEqual([
      { type: 'listen' },
      said('Where is my order number seven?'),
      { type: 'listen' }, // heard until the very moment the caller spoke
      said('Thank you, goodbye.'),
      { type: 'pause', ms: 2_400 },
      { type: 'hang_up' },
    ]);
    expect(outcome).toEqual({ tools: ['order_status'], endReason: 'caller_hung_up' });
  });

  it('cuts in after as much of the answer as the caller had heard, though it went on for longer', async () => {
    const { steps } = await scriptOf(
      eventsOf([
        [0, rang()],
        [500, { type: 'answered' }],
        [1_000, { type: 'agent_started_speaking', responseId: 'r1' }],
        [2_500, { type: 'digit', digit: '4' }],
        [4_000, agentSaid('r1', 'Good morning.', 3_000, 3_000)],
        [5_000, { type: 'ended', reason: 'agent_hung_up' }],
      ]),
    );

    expect(steps).toEqual([
      { type: 'listen_for', ms: 1_500 },
      { type: 'press', digits: '4' },
      { type: 'pause', ms: 2_500 },
    ]);
  });

  it('waits as long as the caller did where no answer came between, but never for ages', async () => {
    const { steps } = await scriptOf(
      eventsOf([
        [0, rang()],
        [500, { type: 'answered' }],
        [1_000, { type: 'agent_started_speaking', responseId: 'r1' }],
        [2_000, agentSaid('r1', 'Hello.', 1_000, 1_000)],
        [3_000, { type: 'digit', digit: '1' }],
        [3_700, { type: 'digit', digit: '2' }],
        [60_000, { type: 'digit', digit: '3' }],
        [61_000, { type: 'ended', reason: 'caller_hung_up' }],
      ]),
    );

    expect(steps).toEqual([
      { type: 'listen' },
      { type: 'press', digits: '1' },
      { type: 'pause', ms: 700 },
      { type: 'press', digits: '2' },
      { type: 'pause', ms: 10_000 },
      { type: 'press', digits: '3' },
      { type: 'pause', ms: 1_000 },
      { type: 'hang_up' },
    ]);
  });

  it('has keys and words in the order in which the caller did them', async () => {
    const { steps } = await scriptOf(
      eventsOf([
        [0, rang()],
        [1_000, { type: 'digit', digit: '1' }],
        [2_000, { type: 'caller_started_speaking' }],
        [3_000, { type: 'caller_stopped_speaking' }],
        [3_100, { type: 'digit', digit: '2' }],
        [3_500, { type: 'caller_said', text: 'Number one.' }],
      ]),
    );

    expect(steps.filter(({ type }) => type !== 'pause')).toEqual([
      { type: 'press', digits: '1' },
      said('Number one.'),
      { type: 'press', digits: '2' },
    ]);
  });

  it('takes the sound from a little before the words to a little after, and of the caller only', async () => {
    const asked: number[][] = [];
    const { steps } = await scriptOf(aWholeCall(), async (fromMs, untilMs) => {
      asked.push([fromMs, untilMs]);
      return Buffer.of(1, 2, 3);
    });

    expect(asked).toEqual([
      [3_750, 6_150],
      [8_750, 9_750],
    ]);
    expect(steps[1]).toEqual(said('Where is my order number seven?', 'AQID'));
  });
});
