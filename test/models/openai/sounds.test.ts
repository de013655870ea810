import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readServerEvent } from '../../../src/models/openai/server-events.ts';
import { DeltaReader } from '../../../src/models/openai/sounds.ts';
import { garbled } from '../../support/garbled.ts';

interface Written {
  readonly eventId: string;
  readonly responseId: string;
  readonly itemId: string;
  readonly contentIndex: number;
  readonly audio: Uint8Array;
}

const name = fc.stringMatching(/^[\w-]{1,24}$/);
const written: fc.Arbitrary<Written> = fc.record({
  eventId: name,
  responseId: name,
  itemId: name,
  contentIndex: fc.nat({ max: 20 }),
  audio: fc.uint8Array({ maxLength: 200, size: 'max' }),
});

/** As the server writes it. */
function delta({ eventId, responseId, itemId, contentIndex, audio }: Written): string {
  return JSON.stringify({
    type: 'response.output_audio.delta',
    event_id: eventId,
    response_id: responseId,
    item_id: itemId,
    output_index: 0,
    content_index: contentIndex,
    delta: Buffer.from(audio).toString('base64'),
  });
}

const one: Written = {
  eventId: 'event_1',
  responseId: 'resp_1',
  itemId: 'item_1',
  contentIndex: 0,
  audio: Uint8Array.of(1, 2, 3),
};
const plain = delta(one);
const read = (text: string, reader = new DeltaReader()) => reader.read(Buffer.from(text));

describe('the pieces of what the model says', () => {
  it('are read with the part that they belong to, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(written, { minLength: 1, maxLength: 6 }), (all) => {
        const reader = new DeltaReader();

        for (const what of [...all, ...all]) {
          const { responseId, itemId, contentIndex, audio } = what;
          expect(read(delta(what), reader)).toEqual({
            type: 'audio',
            part: { responseId, itemId, contentIndex },
            audio: Buffer.from(audio),
          });
        }
      }),
    );
  });

  it.each([
    ['their answer', { responseId: 'resp_2' }],
    ['their item', { itemId: 'item_2' }],
    ['a longer name', { itemId: 'item_11' }],
    ['their part of the item', { contentIndex: 1 }],
  ])('are told apart by %s', (_what, other) => {
    const reader = new DeltaReader();
    const first = read(plain, reader)?.part;

    expect(read(delta({ ...one, ...other }), reader)?.part).not.toEqual(first);
    expect(read(plain, reader)?.part).toEqual(first);
  });

  it.each([
    ['another order', plain.replace(/("response_id":"\w+"),("item_id":"\w+")/, '$2,$1')],
    ['room between members', plain.replaceAll(',', ', ')],
    ['something behind the sound', plain.replace('}', ',"obfuscation":"x"}')],
    ['a name that has to be unescaped', plain.replace('resp_1', 'resp\\u005f1')],
    ['sound that has to be unescaped', plain.replace('AQID', '\\u002BQID')],
    ['a number that is none', plain.replace('"content_index":0', '"content_index":null')],
    ['no end', plain.slice(0, -1)],
    ['another name', plain.replace('output_audio', 'output_text')],
    ['nothing', ''],
  ])('are left to the parser when there is %s', (_what, text) => {
    expect(read(text)).toBeNull();
  });

  it('P2: never become something else than the parser makes of them, however garbled', () => {
    fc.assert(
      fc.property(garbled(written.map(delta)), (text) => {
        const sound = read(text);
        if (sound === null) return;
        // Zeros before a number, which nobody writes, are the one thing that only the parser minds.
        const reading = readServerEvent(Buffer.from(text.replace(/(_index":)0+(?=\d)/g, '$1')));
        const event = reading.type === 'event' ? reading.event : null;
        const { responseId, itemId, contentIndex } = sound.part;
        expect(event).toMatchObject({
          type: 'response.output_audio.delta',
          response_id: responseId,
          item_id: itemId,
          content_index: contentIndex,
        });
        const delta = event?.type === 'response.output_audio.delta' ? event.delta : '';
        expect(sound.audio).toEqual(Buffer.from(delta, 'base64'));
      }),
      { numRuns: 5_000 },
    );
  });
});
