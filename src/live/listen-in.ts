import type { CallTap } from '../ports/call-tap.ts';

export type Hear = (who: 'caller' | 'agent', audio: Uint8Array) => void;

/** Lets people listen in: what the agent says is passed on when it sounds at the caller's, not when it is made. */
export class LiveTap implements CallTap {
  readonly wantsMarks = false;
  readonly #ears = new Set<Hear>();
  /** What the agent is about to be heard saying. */
  #coming: { readonly audio: Uint8Array; readonly startsAt: number }[] = [];

  /** A second time is quiet. */
  listen(hear: Hear): () => void {
    this.#ears.add(hear);
    return () => void this.#ears.delete(hear);
  }

  start(): void {}

  callerHeard(audio: Uint8Array, _lineMs: number, now: number): void {
    if (this.#ears.size === 0) return;
    while (this.#coming[0] && this.#coming[0].startsAt <= now)
      this.#pass('agent', this.#coming.shift()?.audio);
    this.#pass('caller', audio);
  }

  agentPlayed(audio: Uint8Array, startsAt: number): void {
    if (this.#ears.size === 0) return;
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
    this.#ears.clear();
    this.#coming = [];
  }

  #pass(who: 'caller' | 'agent', audio: Uint8Array | undefined): void {
    if (audio) for (const hear of this.#ears) hear(who, audio);
  }
}

/** A minute in frames: a line that says nothing of its caller's for so long is not listened to. */
const MOST_COMING = 3_000;
