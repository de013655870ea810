import type { CallTap } from '../ports/call-tap.ts';

export type Hear = (who: 'caller' | 'agent', audio: Uint8Array) => void;

/** Who listens in on which call. */
export class Ears {
  readonly #ears = new Map<string, Set<Hear>>();

  /** Passes on what is heard on this call, to whoever listens in by then. */
  tapOf(callId: string): CallTap {
    return new LiveTap(
      () => this.#ears.get(callId),
      () => void this.#ears.delete(callId),
    );
  }

  /** Gives a way to stop; a second time is quiet. */
  listen(callId: string, hear: Hear): () => void {
    const ears = this.#ears.get(callId) ?? new Set();
    this.#ears.set(callId, ears.add(hear));
    return () => {
      ears.delete(hear);
      if (ears.size === 0 && this.#ears.get(callId) === ears) this.#ears.delete(callId);
    };
  }
}

/** What the agent says is passed on when it sounds at the caller's, not when it is made. */
class LiveTap implements CallTap {
  readonly wantsMarks = false;
  readonly #ears: () => ReadonlySet<Hear> | undefined;
  readonly #over: () => void;
  /** What the agent is about to be heard saying. */
  #coming: { readonly audio: Uint8Array; readonly startsAt: number }[] = [];

  constructor(ears: () => ReadonlySet<Hear> | undefined, over: () => void) {
    this.#ears = ears;
    this.#over = over;
  }

  start(): void {}

  callerHeard(audio: Uint8Array, _lineMs: number, now: number): void {
    const ears = this.#ears();
    if (!ears) {
      if (this.#coming.length > 0) this.#coming = []; // whoever comes next has no use for it
      return;
    }
    while (this.#coming[0] && this.#coming[0].startsAt <= now)
      pass(ears, 'agent', this.#coming.shift()?.audio);
    pass(ears, 'caller', audio);
  }

  agentPlayed(audio: Uint8Array, startsAt: number): void {
    if (!this.#ears()) return;
    if (this.#coming.length < MOST_COMING) this.#coming.push({ audio: audio.slice(), startsAt }); // its memory is used again
  }

  agentMarked(): void {}

  markReturned(): void {}

  agentCleared(): void {
    this.#coming = [];
  }

  pause(): void {}

  resume(): void {}

  end(): void {
    this.#over();
    this.#coming = [];
  }
}

function pass(ears: ReadonlySet<Hear>, who: 'caller' | 'agent', audio: Uint8Array | undefined): void {
  if (audio) for (const hear of ears) hear(who, audio);
}

/** A minute in frames: a line that says nothing of its caller's for so long is not listened to. */
const MOST_COMING = 3_000;
