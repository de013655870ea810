import { encodeMulaw } from '../../../src/audio/g711.ts';

/** What the caller's phone sends: words, a cough, or the agent's own voice come back. */
export type Sound = 'speech' | 'cough' | 'echo';

/** The caller's mouth, and a room that may give back what the phone plays. */
export class Mouth {
  readonly #sounds: Stretch[] = [];
  #last: Stretch | null = null;
  /** When real words were last heard, and when they last began. */
  lastWordAt = Number.NEGATIVE_INFINITY;
  wordsBeganAt = Number.NEGATIVE_INFINITY;

  makes(sound: Sound, ms: number, now: number): void {
    const before = this.#last;
    const gapMs = before && (sound !== 'speech' || before.sound !== 'speech') ? NOISES_APART_MS : 0;
    const from = Math.max(now, (before?.until ?? now) + gapMs);
    this.#last = { sound, from, until: from + ms };
    this.#sounds.push(this.#last);
  }

  stops(): void {
    this.#sounds.length = 0;
  }

  get isBusy(): boolean {
    return this.#sounds.length > 0;
  }

  /** What came out of it in the time up to now. */
  hear(now: number): Sound | null {
    while (this.#sounds[0] && this.#sounds[0].until < now) this.#sounds.shift();
    const current = this.#sounds[0];
    if (!current || current.from >= now) return null;
    if (current.sound === 'speech') {
      if (now - this.lastWordAt > 100) this.wordsBeganAt = now;
      this.lastWordAt = now;
    }
    return current.sound;
  }

  frame(sound: Sound | null): Uint8Array {
    if (sound === null) return SILENCE;
    return sound === 'echo' ? ECHO : WORDS;
  }
}

interface Stretch {
  readonly sound: Sound;
  readonly from: number;
  readonly until: number;
}

/** A model's ear: a tenth of a second of any sound begins a turn, half a second without one ends it. */
export class Ear {
  #soundMs = 0;
  #quietMs = 0;
  #isOpen = false;

  hear(sound: Sound | null, ms: number): 'started' | 'stopped' | null {
    if (sound === null) {
      this.#soundMs = 0;
      this.#quietMs += ms;
      if (!this.#isOpen || this.#quietMs < TURN_ENDS_MS) return null;
      this.#isOpen = false;
      return 'stopped';
    }
    this.#quietMs = 0;
    this.#soundMs += ms;
    if (this.#isOpen || this.#soundMs < TURN_BEGINS_MS) return null;
    this.#isOpen = true;
    return 'started';
  }
}

export const FRAME_MS = 20;

/** Two coughs without a breath between them sound like a word. */
const NOISES_APART_MS = 700;
const TURN_BEGINS_MS = 100;
const TURN_ENDS_MS = 500;

const buzz = (amplitude: number) =>
  encodeMulaw(Int16Array.from({ length: FRAME_MS * 8 }, (_, i) => (i % 4 < 2 ? amplitude : -amplitude)));
const WORDS = buzz(9_000);
/** A tenth of what the phone played. */
const ECHO = buzz(1_200);
const SILENCE = new Uint8Array(FRAME_MS * 8).fill(0xff);
