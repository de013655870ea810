import type { Session } from '../../ports/session.ts';
import type { DigitsRequest } from '../../ports/tools.ts';
import { pressed } from '../history.ts';
import type { Journal } from '../journal.ts';
import type { TurnTaking } from '../turns/turn-taking.ts';

/** Keys that belong together, and who waits for them: a tool, or nobody in particular. */
interface Entry {
  readonly keys: string;
  readonly isSecret: boolean;
  /** There have been too many: this one costs more than it is worth. */
  readonly isTooMany: boolean;
  /** Takes the keys instead of the conversation. */
  readonly answer: ((keys: string | null) => void) | null;
}

/**
 * Gathers single keys into entries: up to a terminator, a full count, or a pause.
 *
 * Keys that nobody asked for become one entry, however many there are, and only so many entries: each costs an item
 * of the conversation and an answer. A finger is slower than the limits; only a machine comes to feel them.
 */
class KeyPad {
  #keys = '';
  #lastKeyAt = 0;
  #entries = { left: MOST_ENTRIES, at: Number.NEGATIVE_INFINITY };
  #request: {
    readonly request: DigitsRequest;
    readonly since: number;
    readonly answer: Entry['answer'];
  } | null = null;

  get isSecret(): boolean {
    return this.#request?.request.isSecret ?? false;
  }

  /** The next entry is for whoever asks. One request at a time; an earlier one comes away empty. */
  collect(request: DigitsRequest, now: number, answer: (keys: string | null) => void): void {
    this.#request?.answer?.(null);
    this.#keys = '';
    this.#request = { request, since: now, answer };
  }

  /** Nobody presses anything any more: whoever asked comes away empty. */
  close(): void {
    this.#request?.answer?.(null);
    this.#request = null;
  }

  press(key: string, now: number): Entry | null {
    const { most, terminator } = this.#request?.request ?? FREELY;
    this.#lastKeyAt = now;
    if (key === terminator) return this.#finish(now);
    if (this.#keys.length < most) this.#keys += key;
    return this.#request && this.#keys.length >= most ? this.#finish(now) : null;
  }

  tick(now: number): Entry | null {
    const { pauseMs } = this.#request?.request ?? FREELY;
    if (this.#keys !== '') return now - this.#lastKeyAt >= pauseMs ? this.#finish(now) : null;
    return this.#request && now - this.#request.since >= FIRST_KEY_MS ? this.#finish(now) : null;
  }

  #finish(now: number): Entry {
    const answer = this.#request?.answer ?? null;
    const isTooMany = answer === null && this.#keys !== '' && !this.#isGranted(now);
    const entry = { keys: this.#keys, isSecret: this.isSecret, isTooMany, answer };
    this.#keys = '';
    this.#request = null;
    return entry;
  }

  #isGranted(now: number): boolean {
    const left = Math.min(MOST_ENTRIES, this.#entries.left + (now - this.#entries.at) / ENTRY_EVERY_MS);
    this.#entries = { left: Math.max(0, left - 1), at: now };
    return left >= 1;
  }
}

/** How keys are read that nobody asked for. */
const FREELY: DigitsRequest = { most: 32, terminator: '#', pauseMs: 2_500, isSecret: false };

/** Entries in a row, and one more after each of these. */
const MOST_ENTRIES = 5;
const ENTRY_EVERY_MS = 2_000;

/** How long a caller may look for the keys. */
const FIRST_KEY_MS = 15_000;

/** What the caller types: for the tool that asked for it, or else something they said, and are answered to. */
export class Keys {
  readonly #session: Session;
  readonly #journal: Journal;
  readonly #turnTaking: TurnTaking;
  readonly #pad = new KeyPad();
  #hadTooMany = false;

  constructor(session: Session, journal: Journal, turnTaking: TurnTaking) {
    this.#session = session;
    this.#journal = journal;
    this.#turnTaking = turnTaking;
  }

  collect(request: DigitsRequest, now: number, answer: (keys: string | null) => void): void {
    this.#pad.collect(request, now, answer);
  }

  close(): void {
    this.#pad.close();
  }

  /** A key as the record may show it. */
  shown(digit: string): string {
    return this.#pad.isSecret ? '*' : digit;
  }

  press(digit: string, now: number): void {
    this.#enter(this.#pad.press(digit, now), now);
  }

  tick(now: number): void {
    this.#enter(this.#pad.tick(now), now);
  }

  #enter(entry: Entry | null, now: number): void {
    if (!entry) return;
    const { keys, isSecret, isTooMany, answer } = entry;
    if (isTooMany) return this.#tooMany();
    if (keys === '') return answer?.(null);
    this.#journal.note({ type: 'digits', digits: isSecret ? '*'.repeat(keys.length) : keys });
    if (answer) return answer(keys);
    this.#session.add({ type: 'text', from: 'caller', text: pressed(keys) });
    this.#turnTaking.answerTurn(now);
  }

  #tooMany(): void {
    if (!this.#hadTooMany) this.#journal.note({ type: 'problem', code: 'too_many_keys' });
    this.#hadTooMany = true;
  }
}
