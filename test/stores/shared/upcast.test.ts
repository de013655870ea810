import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CALL_EVENT_VERSION } from '../../../src/ports/facts.ts';
import { fromKept, toKept, upcast } from '../../../src/stores/shared/upcast.ts';
import { aWholeCall } from '../../support/logged-calls.ts';

describe('events of another version', () => {
  it('are read in the words of this one where the first version had others', () => {
    const written = { type: 'told_on', state: 'given_up', why: 'rejected', seq: 9, atMs: 70 };

    expect(upcast(1, written)).toEqual({ ...written, type: 'webhook_delivery' });
    expect(upcast(2, written)).toMatchObject({ type: 'unknown', kind: 'told_on', seq: 9, atMs: 70 });
  });

  it('are what they were where nothing has changed since', () => {
    for (const event of aWholeCall()) expect(upcast(1, event)).toBe(event);
  });

  it('keep what a later version says besides', () => {
    const written = { type: 'digit', digit: '5', hand: 'left', seq: 3, atMs: 20 };

    expect(upcast(CALL_EVENT_VERSION + 1, written)).toEqual(written);
  });

  it('come out as they went in, whatever they are', () => {
    fc.assert(
      fc.property(fc.nat(9), fc.jsonValue(), (version, written) => {
        const kept = { version, event: JSON.stringify(written) };
        expect(toKept(fromKept(kept))).toEqual(kept);
      }),
    );
  });
});
