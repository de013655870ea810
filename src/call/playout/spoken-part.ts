import type { AudioFormat } from '../../audio/format.ts';
import type { ByteQueue } from '../../audio/frames.ts';
import type { AgentSaid } from '../../ports/facts.ts';
import type { PartId } from '../../ports/session.ts';
import type { PartProgress } from '../turns/barge-in.ts';
import { PartSound } from './part-sound.ts';

/** One stretch of the agent's speech on its way to the caller: what came of it, what was sent, what was heard. */
export class SpokenPart {
  readonly id: PartId;
  readonly #sound = new PartSound();
  receivedMs = 0;
  words = '';
  /** No more sound will come. */
  isComplete = false;
  /** Neither sound nor words will come any more, of this part or of its answer. */
  answerIsFinished = false;
  readonly begunAt: number;
  lastSoundAt: number;
  constructor(id: PartId, now: number) {
    this.id = id;
    this.begunAt = now;
    this.lastSoundAt = now;
  }

  /** What the phone has not been sent yet, in the phone's format. */
  get waiting(): ByteQueue {
    return this.#sound.waiting;
  }

  get sentMs(): number {
    return this.#sound.sentMs;
  }

  /** Takes out what is to be sent next. */
  send(bytes: number, format: AudioFormat, playbackMs: number): Uint8Array {
    return this.#sound.send(bytes, format, playbackMs);
  }

  /** Something else is played here, and what is still to come of this part follows it. */
  isBrokenOff(playbackMs: number, ms: number): void {
    if (!this.isComplete) this.#sound.isBrokenOff(playbackMs, ms);
  }

  /** What was sent beyond this was not played: it waits again. */
  takeBack(playbackHeardMs: number, format: AudioFormat): void {
    this.#sound.takeBack(this.heardMs(playbackHeardMs), playbackHeardMs, format);
  }

  /** Nothing more of it is sent, or sent again: others may have its memory. */
  drop(): void {
    this.#sound.drop();
  }

  heardMs(playbackHeardMs: number): number {
    // The resampler's tail is sent, but was never received.
    return Math.min(this.#sound.playedMs(playbackHeardMs), this.receivedMs);
  }

  wasHeardToTheEnd(playbackHeardMs: number): boolean {
    const everythingWasSent = this.isComplete && this.waiting.length === 0;
    return everythingWasSent && playbackHeardMs >= this.#sound.endMs;
  }

  progress(playbackHeardMs: number): PartProgress {
    const { id, receivedMs, isComplete } = this;
    return { id, receivedMs, isComplete, heardMs: this.heardMs(playbackHeardMs) };
  }

  /** As facts have it: most items have one part. */
  get name(): Pick<AgentSaid, 'responseId' | 'itemId' | 'contentIndex'> {
    const { responseId, itemId, contentIndex } = this.id;
    return { responseId, itemId, ...(contentIndex > 0 && { contentIndex }) };
  }

  said(playbackHeardMs: number): AgentSaid {
    const heardMs = Math.round(this.heardMs(playbackHeardMs));
    return {
      type: 'agent_said',
      ...this.name,
      text: this.words,
      heardMs,
      totalMs: Math.round(this.receivedMs),
    };
  }
}

export function isSamePart(one: PartId, other: PartId): boolean {
  return (
    one.itemId === other.itemId &&
    one.contentIndex === other.contentIndex &&
    one.responseId === other.responseId
  );
}
