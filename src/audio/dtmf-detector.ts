import { BLOCK_SAMPLES, type HeardKey, keyHeard, measureTones, type TonePowers } from './dtmf-block.ts';
import type { DtmfKey } from './dtmf-keys.ts';
import { bytesPerMs } from './format.ts';
import { decodeMulaw } from './g711.ts';

export interface DtmfPress {
  readonly key: DtmfKey;
  /** When the key went down, counted from the first sample ever pushed; good to a few milliseconds. */
  readonly startMs: number;
}

const SAMPLES_PER_MS = bytesPerMs('pcmu');

/** A tone of 40 ms must be heard, one of 23 must not. */
const SHORTEST_PRESS_MS = 27;

/** So many blocks without the key end a press: one may be lost to a click. */
const BLOCKS_TO_END = 2;

/**
 * Hears key presses in the sound of a line at 8 kHz, each once.
 *
 * It all but never takes speech for a key: in an hour of talk without a pause, about twice.
 */
export class DtmfDetector {
  readonly #block = new Float64Array(BLOCK_SAMPLES);
  #blockFilled = 0;
  #samplesHeard = 0;
  #powersBefore: TonePowers = measureTones(this.#block);
  #press: Press | null = null;

  /** μ-law codes or 16-bit samples, in pieces of any size. */
  push(sound: Uint8Array | Int16Array): readonly DtmfPress[] {
    const presses: DtmfPress[] = [];
    for (const sample of sound instanceof Int16Array ? sound : decodeMulaw(sound)) {
      this.#block[this.#blockFilled] = sample;
      this.#blockFilled += 1;
      this.#samplesHeard += 1;
      if (this.#blockFilled < BLOCK_SAMPLES) continue;

      this.#blockFilled = 0;
      const press = this.#hearBlock(measureTones(this.#block));
      if (press) presses.push(press);
    }
    return presses;
  }

  #hearBlock(powers: TonePowers): DtmfPress | null {
    const before = this.#powersBefore;
    this.#powersBefore = powers;
    const heard = keyHeard(powers);
    if (!heard) {
      if (this.#press?.isOverAfterMiss()) this.#press = null;
      return null;
    }
    if (this.#press?.key !== heard.key) {
      this.#press = new Press(heard, before, this.#samplesHeard - BLOCK_SAMPLES);
    }
    return this.#press.goesOn(powers);
  }
}

/** One key, from the block in which it is first heard. */
class Press {
  readonly #heard: HeardKey;
  readonly #firstBlockAt: number;
  /** The blocks up to the report. In the first, the one before the key was heard, its tones may have set in. */
  readonly #blocks: TonePowers[];
  #isReported = false;
  #missedBlocks = 0;

  constructor(heard: HeardKey, before: TonePowers, firstBlockAt: number) {
    this.#heard = heard;
    this.#blocks = [before];
    this.#firstBlockAt = firstBlockAt;
  }

  get key(): DtmfKey {
    return this.#heard.key;
  }

  /** Takes one more block of the key, and gives the press when it has become long enough. */
  goesOn(powers: TonePowers): DtmfPress | null {
    this.#missedBlocks = 0;
    if (this.#isReported) return null;

    this.#blocks.push(powers);
    const sounding = this.#soundingSamples();
    const soundingInAll = sounding.reduce((sum, samples) => sum + samples, 0);
    if (soundingInAll < SHORTEST_PRESS_MS * SAMPLES_PER_MS) return null;

    this.#isReported = true;
    const [inBlockBefore = 0, inFirstBlock = 0] = sounding;
    const startAt = this.#firstBlockAt + BLOCK_SAMPLES - inFirstBlock - inBlockBefore;
    return { key: this.key, startMs: startAt / SAMPLES_PER_MS };
  }

  isOverAfterMiss(): boolean {
    this.#missedBlocks += 1;
    return !this.#isReported || this.#missedBlocks >= BLOCKS_TO_END;
  }

  /** How much of each block the key sounds: in half a block a tone shows half its amplitude. */
  #soundingSamples(): readonly number[] {
    const rows = this.#blocks.map((block) => block.rows[this.#heard.row] ?? 0);
    const columns = this.#blocks.map((block) => block.columns[this.#heard.column] ?? 0);
    const mostRow = Math.max(...rows);
    const mostColumn = Math.max(...columns);
    return rows.map((row, at) => {
      const part = Math.min(row / mostRow, (columns[at] ?? 0) / mostColumn);
      return BLOCK_SAMPLES * Math.sqrt(part);
    });
  }
}
