import { describe, expect, it } from 'vitest';
import { aWholeCall, eventsOf, rang, SEED_WALL_MS, seededCalls, stored } from '../support/logged-calls.ts';
import { type FilledStore, said } from './a-store.ts';

export function addsEvents(rig: FilledStore): void {
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
      expect(await rig.found({ words: 'seven tomorrow' })).toEqual(['CA3', 'CA2', 'CA1']);
    });

    it('keeps what a call still notes when somebody is told of it already', async () => {
      const events = aWholeCall();
      const last = events.at(-1)?.seq ?? 0;
      const due = { type: 'webhook_delivery', state: 'due', seq: last + 1_001, atMs: 12_000 } as const;
      const note = { type: 'noted', text: 'call back', seq: last + 1, atMs: 12_500 } as const;
      await rig.store.append(stored('CA1', [...events, due]));
      const before = await rig.store.card('CA1');
      await rig.store.append(stored('CA1', [note]));

      expect((await rig.store.events('CA1')).slice(-2)).toEqual([note, due]);
      expect(await rig.store.card('CA1')).toEqual(before);
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

      expect(await rig.found({ words: 'hello' })).toEqual(['CA2']);
      expect((await rig.store.list({})).calls).toHaveLength(2);
      const [strange] = (await rig.store.list({ words: 'a b c' })).calls;
      expect((await rig.store.events(strange?.callId ?? '')).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    });
  });
}

export function listsCalls(rig: FilledStore): void {
  describe('when calls are listed', () => {
    it('has the newest first, and goes on where the page before ended', async () => {
      await rig.fill(25);
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
      await rig.fill(3);

      for (const after of ['', 'nonsense', '%%%', 'MTIz', 'x'.repeat(100_000)]) {
        expect(await rig.found({ after })).toHaveLength(3);
      }
    });

    it('streams every call of a query', async () => {
      await rig.fill(430);
      const ids: string[] = [];
      for await (const { callId } of rig.store.each({ agent: 'night-desk' })) ids.push(callId);

      expect(ids).toHaveLength(144);
      expect(new Set(ids).size).toBe(144);
    });
  });
}

export function takesReviews(rig: FilledStore): void {
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
      expect(await rig.found({ tag: 'good "one"', isReviewed: true })).toEqual(['CA1']);
      expect(await rig.found({ tag: 'one' })).toEqual([]);
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
}

export function deletesCalls(rig: FilledStore): void {
  describe('when a call is deleted', () => {
    it('finds nothing of it any more', async () => {
      await rig.store.append(stored('CA1', said('canary')));
      await rig.store.append(stored('CA2', said('canary')));

      expect(await rig.store.delete('CA1')).toBe(true);
      expect(await rig.store.delete('CA1')).toBe(false);
      expect(await rig.store.card('CA1')).toBeNull();
      expect(await rig.store.events('CA1')).toEqual([]);
      expect(await rig.found({ words: 'canary' })).toEqual(['CA2']);
    });
  });
}
