import type { SilenceLimits } from '../call-plan.ts';

export type Impatience = 'ask' | 'say_goodbye' | 'announce_end' | 'end';

/** When it has been quiet for too long, and when a call has been long enough. Each is told once at its time. */
export class Patience {
  readonly #silence: SilenceLimits | null;
  readonly #mostMs: number;
  readonly #noticeMs: number;
  #begunAt: number | null = null;
  #lastTickAt: number | null = null;
  #quietMs = 0;
  #told: Set<Impatience> = new Set();

  constructor(silence: SilenceLimits | null, mostMs: number, noticeMs: number) {
    this.#silence = silence;
    this.#mostMs = mostMs;
    this.#noticeMs = noticeMs;
  }

  /** The caller gave a sign of life. */
  sign(): void {
    this.#quietMs = 0;
    this.#told.delete('ask');
    this.#told.delete('say_goodbye');
  }

  /** Time in which the agent speaks or works does not count as silence. */
  tick(isQuiet: boolean, now: number): Impatience | null {
    this.#begunAt ??= now;
    const passedMs = now - (this.#lastTickAt ?? now);
    this.#lastTickAt = now;
    if (isQuiet) this.#quietMs += passedMs;

    const callMs = now - this.#begunAt;
    if (callMs >= this.#mostMs) return this.#once('end');
    if (callMs >= this.#mostMs - this.#noticeMs) {
      const announcement = this.#once('announce_end');
      if (announcement) return announcement;
    }
    if (!this.#silence) return null;
    if (this.#quietMs >= this.#silence.goodbyeAfterMs) return this.#once('say_goodbye');
    if (this.#quietMs >= this.#silence.askAfterMs) return this.#once('ask');
    return null;
  }

  #once(what: Impatience): Impatience | null {
    if (this.#told.has(what)) return null;
    this.#told.add(what);
    return what;
  }
}
