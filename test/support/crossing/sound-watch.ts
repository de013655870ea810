import type { CallEvent } from '../../../src/ports/facts.ts';
import { codeOf } from './model.ts';
import type { World } from './world.ts';

/** What the phone is told and what it plays, beside what the record says of it. */
export class SoundWatch {
  readonly #world: World;
  readonly #complain: (what: string) => void;
  /** The agent has stopped for what may be a word of the caller's, and may go on. */
  #isHeld = false;
  #wentOnAt = Number.NEGATIVE_INFINITY;
  #listensSince = Number.NEGATIVE_INFINITY;
  /** Answers that nobody is to hear any more, by their code, with the time of their first sound. */
  readonly #old = new Map<number, number>();
  /** How often the phone must have been told to fall silent. */
  #silenced = 0;

  constructor(world: World, complain: (what: string) => void) {
    this.#world = world;
    this.#complain = complain;
  }

  noted(event: CallEvent): void {
    if (event.type === 'held') this.#silenced += 1;
    if (event.type === 'interrupted' && event.unheardMs > 0 && !this.#isHeld && !this.#mayBeDeaf)
      this.#silenced += 1;
    if (event.type === 'went_on') this.#wentOnAt = this.#now;
    if (event.type === 'held') this.#isHeld = true;
    if (event.type === 'went_on' || event.type === 'interrupted') this.#isHeld = false;
  }

  /** The phone takes what is on its line again: what it might have played long ago is not to be heard any more. */
  listensAgain(deafSince: number): void {
    this.#listensSince = this.#now;
    if (this.#isHeld) return;
    const ranDryAt = Math.max(deafSince + LEAD_MS, this.#wentOnAt);
    for (const [code, soundedAt] of this.#world.model.soundedAt) {
      if (this.#now - Math.max(ranDryAt, soundedAt) > OLD_MS) this.#old.set(code, soundedAt);
    }
  }

  hears(code: number): void {
    const soundedAt = this.#old.get(code);
    if (soundedAt !== undefined && soundedAt === this.#world.model.soundedAt.get(code))
      this.#complain('the caller hears what they could have heard long ago');
  }

  hearsAfter(ms: number): void {
    if (ms > OLD_MS) this.#complain('the caller hears what was sent long ago');
  }

  atTheEnd(): void {
    const { model, phones, facts } = this.#world;
    const clears = phones.reduce((total, phone) => total + phone.clears, 0);
    if (clears < this.#silenced)
      this.#complain('the record has the agent fall silent, and the phone was not told');
    const received = [...model.sentMs.values()].reduce((total, ms) => total + ms, 0);
    const heard = phones.reduce((total, each) => total + each.speechHeardMs, 0);
    const wentOn = facts.filter(({ type }) => type === 'went_on').length;
    const deaf = facts.filter((fact) => fact.type === 'problem' && fact.code === 'phone_is_deaf').length;
    const wasDeaf = phones.some((phone) => phone.wasDeaf);
    const twice = wentOn * (wasDeaf ? LEAD_MS : EXACTLY_MS) + deaf * ROUGHLY_MS;
    if (heard > received + twice + 1)
      this.#complain(`more was heard than was said: ${heard} of ${received} ms`);
    if (!wasDeaf) this.#compareCuts();
  }

  /** What the model is told was heard of an answer that was cut off. */
  #compareCuts(): void {
    const { model, phones, setting } = this.#world;
    for (const { itemId, heardMs } of model.cuts) {
      const code = codeOf(Number(itemId.slice(1)));
      const truth = phones.reduce((total, phone) => total + (phone.heardMs.get(code) ?? 0), 0);
      const mostOff = EXACTLY_MS + setting.downMs; // what was on its way to a line that went is not heard
      if (Math.abs(heardMs - truth) > mostOff)
        this.#complain(`the model is told that ${heardMs} ms were heard, and it was ${truth} ms`);
    }
  }

  /** Or may be taken for deaf yet: it has only just said that it is not. */
  get #mayBeDeaf(): boolean {
    return this.#world.phone.isDeaf || this.#now - this.#listensSince <= KNOWN_MS;
  }

  get #now(): number {
    return this.#world.clock.now();
  }
}

/** What a phone may still have to play when it falls deaf. */
const LEAD_MS = 500;

/** Two seconds, and a few beats until that was noticed. */
const OLD_MS = 2_300;

/** That a phone listens again is known so soon. */
const KNOWN_MS = 200;

/** What has been heard is known within so much, and an answer that was held may begin again that little earlier, … */
const EXACTLY_MS = 40;

/** … and one that a deaf phone was sent, as far back as the last that it is known to have taken. */
const ROUGHLY_MS = 250;
