import type { CallEvent, CallObserver } from '../ports/facts.ts';

/**
 * Tells everybody of what happens on calls, at once and in one order for all: what an observer notes while it is told
 * of something comes after that, for those as well who have yet to be told of the first.
 */
export class EventBus {
  readonly #observers: CallObserver[] = [];
  readonly #failed: (callId: string, error: unknown) => void;
  /** Noted while something else is told. */
  readonly #waiting: { readonly callId: string; readonly event: CallEvent }[] = [];
  #isTelling = false;

  /** `failed`: an observer threw. That is its own trouble, neither the call's nor the others'. */
  constructor(failed: (callId: string, error: unknown) => void) {
    this.#failed = failed;
  }

  /** For as long as there are calls; those who come first are told first. */
  subscribe(observer: CallObserver): void {
    this.#observers.push(observer);
  }

  readonly note: CallObserver = (callId, event) => {
    if (this.#isTelling) {
      this.#waiting.push({ callId, event });
      return;
    }
    this.#isTelling = true;
    try {
      this.#tell(callId, event);
      for (let next = this.#waiting.shift(); next; next = this.#waiting.shift())
        this.#tell(next.callId, next.event);
    } finally {
      this.#isTelling = false; // even `failed` may fail, and the next event has to be told all the same
    }
  };

  #tell(callId: string, event: CallEvent): void {
    for (const observe of this.#observers) {
      try {
        observe(callId, event);
      } catch (error) {
        this.#failed(callId, error);
      }
    }
  }
}
