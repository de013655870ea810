import { expect, it } from 'vitest';
import { SpokenPart } from '../../../src/call/playout/spoken-part.ts';
import { bargeIn } from '../../../src/call/turns/barge-in.ts';

it('is on record as heard as far as the model is told, to the millisecond', () => {
  const part = new SpokenPart({ responseId: 'r1', itemId: 'i1', contentIndex: 0 }, 0);
  part.waiting.push(new Uint8Array(16_000));
  part.receivedMs = 2_000;
  part.send(16_000, 'pcmu', 0);

  const [told] = bargeIn([part.progress(913.7)], null, false).truncate;

  expect(told?.heardMs).toBe(913);
  expect(part.said(913.7)).toMatchObject({ heardMs: told?.heardMs, totalMs: 2_000 });
});
