import type { Session } from '../../ports/session.ts';
import type { DigitsRequest } from '../../ports/tools.ts';
import type { Journal } from '../journal.ts';
import type { TurnTaking } from '../turns/turn-taking.ts';
import { type Entry, KeyPad } from './key-pad.ts';

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
    this.#journal.note({ type: 'digits', digits: isSecret ? '*'.repeat(keys.length) : keys });
    if (answer) return answer(keys === '' ? null : keys);
    if (keys === '') return;
    this.#session.add({ type: 'text', from: 'caller', text: `(The caller pressed the keys ${keys}.)` });
    this.#turnTaking.answerTurn(now);
  }

  #tooMany(): void {
    if (!this.#hadTooMany) this.#journal.note({ type: 'problem', code: 'too_many_keys' });
    this.#hadTooMany = true;
  }
}
