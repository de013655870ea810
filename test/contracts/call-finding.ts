import { describe, expect, it } from 'vitest';
import type { CallQuery } from '../../src/ports/store.ts';
import {
  agentSaid,
  aWholeCall,
  eventsOf,
  rang,
  SEED_WALL_MS,
  seededCalls,
  stored,
} from '../support/logged-calls.ts';
import { type FilledStore, said } from './a-store.ts';

export function findsCalls(rig: FilledStore): void {
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
      await rig.fill(60);
      const ids = [...seededCalls(60)].map(({ callId }) => callId);

      for (const [query, isMeant] of everyFilter) {
        const wanted = ids.filter((_, n) => isMeant(n)).reverse();
        expect([query, await rig.found({ ...query, limit: 100 })]).toEqual([query, wanted]);
      }
    });

    it('goes through all that began before a moment, a page at a time', async () => {
      await rig.fill(30);
      const found: string[] = [];
      const before = { toWallMs: SEED_WALL_MS + 600_000 * 17 };
      for await (const { callId } of rig.store.each(before)) found.push(callId);

      const ids = [...seededCalls(17)].map(({ callId }) => callId);
      expect(found).toEqual(ids.reverse());
    });

    it('finds live calls while they live', async () => {
      await rig.store.append(stored('CA1', aWholeCall().slice(0, -1)));
      expect(await rig.found({ isLive: true })).toEqual(['CA1']);

      await rig.store.append(stored('CA1', aWholeCall().slice(-1)));
      expect(await rig.found({ isLive: true })).toEqual([]);
    });

    it('finds what either side said, heard or not, by the beginnings of its words', async () => {
      await rig.store.append(stored('CA1', aWholeCall()));

      for (const words of ['order number seven', 'shipped', 'noon', 'good morn', 'GOODBYE']) {
        expect([words, await rig.found({ words })]).toEqual([words, ['CA1']]);
      }
      for (const words of ['eleven', 'order eleven', 'hipped']) {
        expect([words, await rig.found({ words })]).toEqual([words, []]);
      }
    });

    it('finds words without regard to accents, and words of scripts without spaces', async () => {
      await rig.store.append(stored('CA1', said('Grüße aus Málaga')));
      await rig.store.append(stored('CA2', said('今日は天気がいいです')));

      expect(await rig.found({ words: 'grusse malaga' })).toEqual([]);
      expect(await rig.found({ words: 'gruße malaga' })).toEqual(['CA1']);
      expect(await rig.found({ words: '天気' })).toEqual(['CA2']);
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

      expect(await rig.found({ words: 'cats AND dogs' })).toEqual(['CA1']);
      expect(await rig.found({ words: 'NOT mice' })).toEqual(['CA1']);
      expect(await rig.found({ words: 'cats OR horses' })).toEqual([]);
      expect(await rig.found({ number: '%' })).toEqual([]);
      expect(await rig.found({ number: "' OR ''='" })).toEqual([]);
      expect(await rig.found({ tool: '%"' })).toEqual([]);
      expect(await rig.found({ words: `cats ${'a '.repeat(10_000)}` })).toEqual(['CA1']);
    });
  });

  it('finds nothing where words are looked for and none can be meant', async () => {
    await rig.fill(3);

    for (const words of ['%', '_', '…', '🙂', '\u0301', '\u0000']) {
      expect([words, await rig.found({ words })]).toEqual([words, []]);
      expect([words, await rig.store.figures({ words })]).toEqual([words, []]);
    }
    expect(await rig.found({ words: '  ' })).toHaveLength(3); // nothing is looked for
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

    expect(await rig.found({ words: 'written spoken' })).toEqual(['CA1']);
  });
}
