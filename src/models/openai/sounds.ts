import { WholeSamples } from '../../audio/whole-samples.ts';
import type { PartId } from '../../ports/session.ts';
import { DeltaReader, partOf, type Sound, type WirePart } from './deltas.ts';

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
