import { WholeSamples } from '../../audio/whole-samples.ts';
import { behind, behindName, behindNumber, isNameAt, numberAt } from '../../audio/wire-text.ts';
import type { PartId, SessionEvent } from '../../ports/session.ts';

/** A piece of what the model says. */
type Sound = Extract<SessionEvent, { type: 'audio' }>;

/**
 * Reads the model's sound off one session.
 *
 * Two thirds of what a server says are pieces of sound, ten a second and more, and it writes them all alike: read
 * byte by byte they cost no parsing. Whatever is written in any other way is nothing to this reader.
 */
export class DeltaReader {
  #part: PartId = { responseId: '', itemId: '', contentIndex: 0 };

  read(text: Buffer): Sound | null {
    const eventEnd = behindName(text, behind(BEFORE_EVENT, text, 0));
    const responseAt = behind(BEFORE_RESPONSE, text, eventEnd);
    const responseEnd = behindName(text, responseAt);
    const itemAt = behind(BEFORE_ITEM, text, responseEnd);
    const itemEnd = behindName(text, itemAt);
    const contentAt = behind(BEFORE_CONTENT, text, behindNumber(text, behind(BEFORE_OUTPUT, text, itemEnd)));
    const contentEnd = behindNumber(text, contentAt);
    const from = behind(BEFORE_SOUND, text, contentEnd);
    const until = text.length - AFTER.length;
    if (from < 0 || text.indexOf(QUOTE, from) !== until || behind(AFTER, text, until) < 0) return null;
    if (text.indexOf(BACKSLASH, from) >= 0) return null; // escapes are for the parser

    const isSamePart =
      isNameAt(this.#part.itemId, text, itemAt, itemEnd) &&
      isNameAt(this.#part.responseId, text, responseAt, responseEnd);
    const contentIndex = numberAt(text, contentAt, contentEnd);
    if (!isSamePart || this.#part.contentIndex !== contentIndex) {
      const responseId = text.toString('latin1', responseAt, responseEnd);
      this.#part = { responseId, itemId: text.toString('latin1', itemAt, itemEnd), contentIndex };
    }
    return {
      type: 'audio',
      part: this.#part,
      audio: Buffer.from(text.toString('latin1', from, until), 'base64'),
    };
  }
}

interface WirePart {
  readonly response_id: string;
  readonly item_id: string;
  readonly content_index?: number | null | undefined;
}

function partOf({ response_id, item_id, content_index }: WirePart): PartId {
  return { responseId: response_id, itemId: item_id, contentIndex: content_index ?? 0 };
}

const BEFORE_EVENT = Buffer.from('{"type":"response.output_audio.delta","event_id":"');
const BEFORE_RESPONSE = Buffer.from('","response_id":"');
const BEFORE_ITEM = Buffer.from('","item_id":"');
const BEFORE_OUTPUT = Buffer.from('","output_index":');
const BEFORE_CONTENT = Buffer.from(',"content_index":');
const BEFORE_SOUND = Buffer.from(',"delta":"');
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const AFTER = Buffer.from('"}');

/** What the model says, part by part, in whole samples. */
export class Sounds {
  readonly #deltas = new DeltaReader();
  /** Null where a sample is a byte. */
  readonly #samples: WholeSamples | null;
  #part: PartId | null = null;

  constructor(isOfSamples: boolean) {
    this.#samples = isOfSamples ? new WholeSamples() : null;
  }

  /** A piece of it, if this message is one as most servers write them. */
  read(text: Buffer): Mended | null {
    const sound = this.#deltas.read(text);
    return sound && this.#mended(sound);
  }

  /** A piece of it, written in any other way. */
  sound(event: WirePart & { readonly delta: string }): Mended {
    return this.#mended({ type: 'audio', part: partOf(event), audio: Buffer.from(event.delta, 'base64') });
  }

  part(event: WirePart): PartId {
    return partOf(event);
  }

  #mended(sound: Sound): Mended {
    if (!this.#samples) return { ...sound, wasMended: false };
    if (!isSame(this.#part, sound.part)) this.#samples.reset();
    this.#part = sound.part;
    const { samples, wasMended } = this.#samples.push(sound.audio);
    return { ...sound, audio: samples, wasMended };
  }
}

type Mended = Sound & { readonly wasMended: boolean };

function isSame(one: PartId | null, other: PartId): boolean {
  return (
    one?.itemId === other.itemId &&
    one.contentIndex === other.contentIndex &&
    one.responseId === other.responseId
  );
}
