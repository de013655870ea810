/**
 * Whose wish an answer serves: one of ours, or the server's own after a turn of the caller's.
 *
 * The server repeats an answer's metadata, so ours carries the wish's name. Some
 * compatible servers do not; theirs are told apart by what came before.
 */
export class Wishes {
  #open: string | null = null;
  #ownAnswerIsDue = false;
  #metadataComesBack = false;

  /** The name of the request, by which errors refer to it. */
  eventId(wantId: string): string {
    this.#open = wantId;
    return `${EVENT_PREFIX}${wantId}`;
  }

  metadata(wantId: string): Record<string, string> {
    return { [METADATA_KEY]: wantId };
  }

  turnEnded(): void {
    this.#ownAnswerIsDue = true;
  }

  /** The wish that a new answer serves; null if it is the server's own. */
  servedBy(metadata: Readonly<Record<string, unknown>> | null | undefined): string | null {
    const named = metadata?.[METADATA_KEY];
    if (typeof named === 'string') this.#metadataComesBack = true;
    const guessed = this.#metadataComesBack || this.#ownAnswerIsDue ? null : this.#open;
    const wantId = typeof named === 'string' ? named : guessed;
    if (wantId === null) this.#ownAnswerIsDue = false;
    else this.#open = null;
    return wantId;
  }

  /** The wish that an error is about, if its event id says so. */
  ofEvent(eventId: string | null | undefined): string | null {
    return eventId?.startsWith(EVENT_PREFIX) ? eventId.slice(EVENT_PREFIX.length) : null;
  }
}

const METADATA_KEY = 'ringdown_want';
const EVENT_PREFIX = 'want-';
