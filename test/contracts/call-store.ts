import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/ports/call-log.ts';
import type { CallQuery, CallStore } from '../../src/ports/call-store.ts';
import {
  agentSaid,
  aWholeCall,
  eventsOf,
  rang,
  SEED_WALL_MS,
  seededCalls,
  stored,
} from '../support/logged-calls.ts';

export interface StoreRig {
  readonly store: CallStore;
  dispose(): Promise<void>;
}

/** What every store promises, whatever it is made of. */
export function describeCallStore(name: string, setUp: () => Promise<StoreRig>): void {
  describe(`a call store in ${name}`, () => {
    let rig: StoreRig;
    beforeEach(async () => {
      rig = await setUp();
    });
    afterEach(() => rig.dispose());

    const fill = async (count: number): Promise<void> => {
      const calls = [...seededCalls(count)];
      await rig.store.append(calls.flatMap(({ callId, events }) => stored(callId, events)));
    };
    const found = async (query: CallQuery): Promise<readonly string[]> =>
      (await rig.store.list(query)).calls.map(({ callId }) => callId);
    const said = (text: string): readonly CallEvent[] =>
      eventsOf([
        [0, rang()],
        [10, { type: 'caller_said', text }],
      ]);

    describe('when events are added', () => {
      it('gives them back as they were, in their order', async () => {
        const events = aWholeCall();
        await rig.store.append(stored('CA1', events));

        expect(await rig.store.events('CA1')).toEqual(events);
      });

      it('keeps each once, however often it is given', async () => {
        const batch = stored('CA1', aWholeCall());
        await rig.store.append(batch.slice(0, 12));
        await rig.store.append(batch);
        await rig.store.append(batch.slice(5));

        expect(await rig.store.events('CA1')).toHaveLength(batch.length);
        expect(await rig.store.card('CA1')).toMatchObject({ turns: 2, interruptions: 1, durationMs: 12_000 });
      });

      it('knows the same of a call whether it came at once, in pieces, or out of order', async () => {
        const events = aWholeCall();
        await rig.store.append(stored('CA1', events));
        for (const event of events) await rig.store.append(stored('CA2', [event]));
        await rig.store.append(stored('CA3', events.slice(9)));
        await rig.store.append(stored('CA3', events.slice(0, 9)));

        const whole = await rig.store.card('CA1');
        expect(await rig.store.card('CA2')).toEqual({ ...whole, callId: 'CA2' });
        expect(await rig.store.card('CA3')).toEqual({ ...whole, callId: 'CA3' });
        expect(await found({ words: 'seven tomorrow' })).toEqual(['CA3', 'CA2', 'CA1']);
      });

      it('shows a call that goes on as far as it has come', async () => {
        await rig.store.append(stored('CA1', aWholeCall().slice(0, 8)));

        expect(await rig.store.card('CA1')).toMatchObject({
          endReason: null,
          durationMs: 6_700,
          tools: ['order_status'],
        });
      });

      it('takes any text there can be', async () => {
        const text = `a \u0000 b \ud800 c ' " \\ % _ ${'💬'} ${'long'.repeat(5_000)}`;
        const events = eventsOf([
          [0, rang({ from: `evil\u0000'; DROP TABLE calls; --` })],
          [10, { type: 'caller_said', text }],
          [20, { type: 'tool_called', toolCallId: 't', name: 'x\u0000"y', arguments: '\ud800' }],
        ]);
        await rig.store.append(stored('CA\u0000 ../1', events));
        await rig.store.append(stored('CA2', said('hello')));

        expect(await found({ words: 'hello' })).toEqual(['CA2']);
        expect((await rig.store.list({})).calls).toHaveLength(2);
        const [strange] = (await rig.store.list({ words: 'a b c' })).calls;
        expect((await rig.store.events(strange?.callId ?? '')).map(({ seq }) => seq)).toEqual([1, 2, 3]);
      });
    });

    describe('when calls are listed', () => {
      it('has the newest first, and goes on where the page before ended', async () => {
        await fill(25);
        const seen: string[] = [];
        let after: string | undefined;
        for (let pages = 0; pages < 10; pages++) {
          const page = await rig.store.list({ limit: 10, ...(after === undefined ? {} : { after }) });
          seen.push(...page.calls.map(({ callId }) => callId));
          if (page.next === null) break;
          after = page.next;
        }

        expect(seen).toEqual([...seededCalls(25)].map(({ callId }) => callId).reverse());
      });

      it('keeps calls of the same moment apart from page to page', async () => {
        for (const id of ['CA1', 'CA2', 'CA3']) await rig.store.append(stored(id, aWholeCall()));
        const first = await rig.store.list({ limit: 2 });
        const second = await rig.store.list({ limit: 2, after: first.next ?? '' });

        expect([...first.calls, ...second.calls].map(({ callId }) => callId)).toEqual(['CA3', 'CA2', 'CA1']);
        expect(second.next).toBeNull();
      });

      it('begins at the beginning after a place that never was', async () => {
        await fill(3);

        for (const after of ['', 'nonsense', '%%%', 'MTIz', 'x'.repeat(100_000)]) {
          expect(await found({ after })).toHaveLength(3);
        }
      });

      it('streams every call of a query', async () => {
        await fill(430);
        const ids: string[] = [];
        for await (const { callId } of rig.store.each({ agent: 'night-desk' })) ids.push(callId);

        expect(ids).toHaveLength(144);
        expect(new Set(ids).size).toBe(144);
      });
    });

    describe('when calls are looked for', () => {
      const everyFilter: readonly (readonly [CallQuery, (n: number) => boolean])[] = [
        [{ fromWallMs: SEED_WALL_MS + 600_000 * 10 }, (n) => n >= 10],
        [{ toWallMs: SEED_WALL_MS + 600_000 * 10 }, (n) => n < 10],
        [{ agent: 'night-desk' }, (n) => n % 3 === 0],
        [{ number: '(555) 100-0037' }, (n) => n === 1],
        [{ number: '+1555000' }, () => true],
        [{ direction: 'inbound' }, () => true],
        [{ direction: 'outbound' }, () => false],
        [{ endReason: 'model_lost' }, (n) => n % 50 === 0],
        [{ isLive: true }, () => false],
        [{ isLive: false }, () => true],
        [{ tool: 'order_status' }, (n) => n % 2 === 1],
        [{ tool: 'order' }, () => false],
        [{ hasToolFailure: true }, (n) => n % 11 === 0],
        [{ hasToolFailure: false }, (n) => n % 11 !== 0],
        [{ hasProblem: true }, (n) => n % 50 === 0],
        [{ leastInterruptions: 1 }, () => false],
        [{ leastLatencyMs: 900 + 20 * 50 }, (n) => n % 40 >= 20],
        [{ leastDurationMs: 61_000 + 30_000 }, (n) => n >= 30],
        [{ mostDurationMs: 61_000 + 30_000 }, (n) => n <= 30],
        [{ leastCost: 100 }, () => false],
        [{ isReviewed: true }, () => false],
        [{ tag: 'anything' }, () => false],
        [{ words: 'refund' }, (n) => n % 8 === 3],
        [{ words: 'REFUND please' }, (n) => n % 8 === 3],
        [{ words: 'refund bicycle' }, () => false],
        [{ agent: 'night-desk', words: 'refund', tool: 'order_status' }, (n) => n % 24 === 3],
      ];

      it('holds to every filter that is given', async () => {
        await fill(60);
        const ids = [...seededCalls(60)].map(({ callId }) => callId);

        for (const [query, isMeant] of everyFilter) {
          const wanted = ids.filter((_, n) => isMeant(n)).reverse();
          expect([query, await found({ ...query, limit: 100 })]).toEqual([query, wanted]);
        }
      });

      it('finds live calls while they live', async () => {
        await rig.store.append(stored('CA1', aWholeCall().slice(0, -1)));
        expect(await found({ isLive: true })).toEqual(['CA1']);

        await rig.store.append(stored('CA1', aWholeCall().slice(-1)));
        expect(await found({ isLive: true })).toEqual([]);
      });

      it('finds what either side said, heard or not, by the beginnings of its words', async () => {
        await rig.store.append(stored('CA1', aWholeCall()));

        for (const words of ['order number seven', 'shipped', 'noon', 'good morn', 'GOODBYE']) {
          expect([words, await found({ words })]).toEqual([words, ['CA1']]);
        }
        for (const words of ['eleven', 'order eleven', 'hipped']) {
          expect([words, await found({ words })]).toEqual([words, []]);
        }
      });

      it('finds words without regard to accents, and words of scripts without spaces', async () => {
        await rig.store.append(stored('CA1', said('Grüße aus Málaga')));
        await rig.store.append(stored('CA2', said('今日は天気がいいです')));

        expect(await found({ words: 'grusse malaga' })).toEqual([]);
        expect(await found({ words: 'gruße malaga' })).toEqual(['CA1']);
        expect(await found({ words: '天気' })).toEqual(['CA2']);
      });

      it('reads no query language into what is looked for', async () => {
        await rig.store.append(stored('CA1', said('cats and dogs or not near mice')));
        const hostile = [
          'cats AND dogs',
          'cats OR dogs',
          'NOT mice',
          'cats*',
          '"cats',
          'cats"',
          'near(mice)',
          '^cats',
          '-dogs',
          '{cats}',
          "cats' OR 1=1 --",
          'cats & dogs',
          'cats | dogs',
          '!mice',
          'cats:*',
          '(cats',
          'cats <-> dogs',
          'cats\\',
          'cats\u0000dogs',
          '%',
          '_',
          '***',
        ];
        for (const words of hostile) await expect(rig.store.list({ words })).resolves.toBeDefined();

        expect(await found({ words: 'cats AND dogs' })).toEqual(['CA1']);
        expect(await found({ words: 'NOT mice' })).toEqual(['CA1']);
        expect(await found({ words: 'cats OR horses' })).toEqual([]);
        expect(await found({ number: '%' })).toEqual([]);
        expect(await found({ number: "' OR ''='" })).toEqual([]);
        expect(await found({ tool: '%"' })).toEqual([]);
        expect(await found({ words: `cats ${'a '.repeat(10_000)}` })).toEqual(['CA1']);
      });
    });

    describe('when a call is reviewed', () => {
      it('keeps tags, notes and the mark, beside what the call itself says', async () => {
        await rig.store.append(stored('CA1', aWholeCall().slice(0, 5)));
        const note = { noteId: 'n1', atMs: 1_500, text: 'Nice greeting', wallMs: SEED_WALL_MS };

        expect(await rig.store.review('CA1', { type: 'reviewed', isReviewed: true })).toBe(true);
        await rig.store.review('CA1', { type: 'tag', tag: 'good "one"' });
        await rig.store.review('CA1', { type: 'tag', tag: 'good "one"' });
        await rig.store.review('CA1', { type: 'note', note });
        await rig.store.append(stored('CA1', aWholeCall()));

        expect(await rig.store.card('CA1')).toMatchObject({
          isReviewed: true,
          tags: ['good "one"'],
          notes: [note],
          endReason: 'caller_hung_up',
        });
        expect(await found({ tag: 'good "one"', isReviewed: true })).toEqual(['CA1']);
        expect(await found({ tag: 'one' })).toEqual([]);
      });

      it('takes it back', async () => {
        await rig.store.append(stored('CA1', aWholeCall()));
        const note = { noteId: 'n1', atMs: null, text: 'x', wallMs: 1 };
        await rig.store.review('CA1', { type: 'tag', tag: 'a' });
        await rig.store.review('CA1', { type: 'note', note });
        await rig.store.review('CA1', { type: 'untag', tag: 'a' });
        await rig.store.review('CA1', { type: 'unnote', noteId: 'n1' });

        expect(await rig.store.card('CA1')).toMatchObject({ isReviewed: false, tags: [], notes: [] });
      });

      it('says so when there is no such call', async () => {
        expect(await rig.store.review('nobody', { type: 'tag', tag: 'a' })).toBe(false);
        expect(await rig.store.card('nobody')).toBeNull();
        expect(await rig.store.events('nobody')).toEqual([]);
      });
    });

    describe('when days are summed up', () => {
      it('counts the calls of each', async () => {
        await fill(200);
        const days = await rig.store.figures({});

        expect(days.map(({ day, calls }) => [day, calls])).toEqual([
          ['2026-03-01', 90],
          ['2026-03-02', 110],
        ]);
        expect(days[0]).toMatchObject({ endReasons: { model_lost: 2 }, toolFailures: expect.any(Number) });
        expect(days[0]?.cost).toBeGreaterThan(0);
        expect(await rig.store.figures({ agent: 'nobody' })).toEqual([]);
      });
    });

    describe('when a call is deleted', () => {
      it('finds nothing of it any more', async () => {
        await rig.store.append(stored('CA1', said('canary')));
        await rig.store.append(stored('CA2', said('canary')));

        expect(await rig.store.delete('CA1')).toBe(true);
        expect(await rig.store.delete('CA1')).toBe(false);
        expect(await rig.store.card('CA1')).toBeNull();
        expect(await rig.store.events('CA1')).toEqual([]);
        expect(await found({ words: 'canary' })).toEqual(['CA2']);
      });

      it('names those that are older than wanted', async () => {
        await fill(5);
        const ids = [...seededCalls(5)].map(({ callId }) => callId);

        expect(await rig.store.expired(SEED_WALL_MS + 2 * 600_000)).toEqual(ids.slice(0, 2));
      });
    });

    it('lets an agent that writes be found as well', async () => {
      const wrote = { type: 'agent_wrote', responseId: 'r1', text: 'a written answer' } as const;
      await rig.store.append(
        stored(
          'CA1',
          eventsOf([
            [0, rang()],
            [5, wrote],
            [9, agentSaid('r2', 'spoken', 0, 500)],
          ]),
        ),
      );

      expect(await found({ words: 'written spoken' })).toEqual(['CA1']);
    });
  });
}
