import { describe, expect, it } from 'vitest';
import { InputBuffer } from '../../../src/practice/model/caller-turns.ts';
import { Conversation, retrieved, userSpeech } from '../../../src/practice/model/conversation.ts';
import { PCM_24 } from '../../../src/practice/model/session-config.ts';

const MULAW = { type: 'audio/pcmu' } as const;

describe('what a session keeps of sound', () => {
  it('is the last minute of a turn that never ends', () => {
    const buffer = new InputBuffer(MULAW);

    for (let second = 0; second < 300; second++) buffer.append(new Uint8Array(8_000));

    expect(buffer.appendedMs).toBe(300_000);
    expect(buffer.between(0, 300_000)).toHaveLength(60 * 8_000);
  });

  it('is what lies between two moments, to the sample', () => {
    const buffer = new InputBuffer(PCM_24);
    const bytes = Buffer.from(Int16Array.from({ length: 4_800 }, (_, index) => index).buffer);

    for (let at = 0; at < bytes.length; at += 961) buffer.append(bytes.subarray(at, at + 961));

    const part = buffer.between(50, 60);
    expect([part.length, part[0], part.at(-1)]).toEqual([240, 1_200, 1_439]);
    expect(buffer.appendedMs).toBeCloseTo(200, 9);
  });

  it('is nothing of a format that is no longer spoken', () => {
    const buffer = new InputBuffer(PCM_24);
    buffer.append(new Uint8Array(4_801));

    buffer.changeFormat(MULAW);
    buffer.append(new Uint8Array(80));

    expect(buffer.appendedMs).toBe(110);
    expect(buffer.between(0, 110)).toHaveLength(80);
  });

  it('is, of a long conversation, the last two minutes; of the rest its length', () => {
    const conversation = new Conversation('conv_1');
    const spoken = (id: string) =>
      userSpeech(id, { samples: new Int16Array(320_000), format: MULAW, audioMs: 40_000, heard: null });

    for (const id of ['a', 'b', 'c', 'd', 'e']) conversation.insert(spoken(id));

    expect(conversation.entries.map(({ audio }) => audio?.().length)).toEqual([
      0, 0, 320_000, 320_000, 320_000,
    ]);
    expect(conversation.entries.map(({ audioMs }) => audioMs)).toEqual(Array(5).fill(40_000));
    expect(
      conversation.entries.map((entry) => JSON.stringify(retrieved(entry)).includes('"audio":"')),
    ).toEqual([false, false, true, true, true]);
  });
});
