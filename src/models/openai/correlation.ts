/**
 * Which request an answer serves: one of ours, or the server's own after a turn of the caller's.
 *
 * The server repeats an answer's metadata, so ours carries the name of the request. Some
 * compatible servers do not; theirs are told apart by what came before.
 */
export class Correlation {
  #open: string | null = null;
  #ownAnswerIsDue = false;
  #metadataComesBack = false;

  /** The name of the request, by which errors refer to it. */
  eventId(requestId: string): string {
    this.#open = requestId;
    return `${EVENT_PREFIX}${requestId}`;
  }

  metadata(requestId: string): Record<string, string> {
    return { [METADATA_KEY]: requestId };
  }

  turnEnded(): void {
    this.#ownAnswerIsDue = true;
  }

  /** The request that a new answer serves; null if it is the server's own. */
  servedBy(metadata: Readonly<Record<string, unknown>> | null | undefined): string | null {
    const named = metadata?.[METADATA_KEY];
    if (typeof named === 'string') this.#metadataComesBack = true;
    const guessed = this.#metadataComesBack || this.#ownAnswerIsDue ? null : this.#open;
    const requestId = typeof named === 'string' ? named : guessed;
    if (requestId === null) this.#ownAnswerIsDue = false;
    else this.#open = null;
    return requestId;
  }

  /** The request that an error is about, if its event id says so. */
  ofEvent(eventId: string | null | undefined): string | null {
    return eventId?.startsWith(EVENT_PREFIX) ? eventId.slice(EVENT_PREFIX.length) : null;
  }
}

const METADATA_KEY = 'ringdown_request';
const EVENT_PREFIX = 'request-';
