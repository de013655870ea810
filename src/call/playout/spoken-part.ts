import { type AudioFormat, bytesPerMs, durationMs } from '../../audio/format.ts';
import { ByteQueue } from '../../audio/frames.ts';
import type { AgentSaid, CallFact } from '../../ports/facts.ts';
import type { PartId } from '../../ports/session.ts';
import type { PartProgress } from '../turns/barge-in.ts';

/** The sound of one stretch of speech, in the phone's format: what waits, what was sent, and where on its playback that lies. */
class PartSound {
  /** What the phone has not been sent yet. */
  readonly waiting = new ByteQueue();
  #sentMs = 0;
  /** Where it begins on the phone's playback, once it has begun. */
  #startMs = 0;
  /** Where something else was played in its middle, on the phone's playback, and for how long. */
  #gap = { atMs: 0, ms: 0 };
  /** The last that was sent: it may have to be sent again. */
  readonly #sent = new ByteQueue();

  get sentMs(): number {
    return this.#sentMs;
  }

  /** Where the last that was sent ends, on the phone's playback. */
  get endMs(): number {
    return this.#startMs + this.#sentMs + this.#gap.ms;
  }

  /** Takes out what is to be sent next. */
  send(bytes: number, format: AudioFormat, playbackMs: number): Uint8Array {
    if (this.#sentMs === 0) this.#startMs = playbackMs;
    const audio = this.waiting.take(bytes);
    this.#sentMs += durationMs(format, audio.length);
    this.#sent.push(audio);
    this.#sent.take(Math.max(0, this.#sent.length - MOST_RESENT_MS * bytesPerMs(format)));
    return audio;
  }

  /** Something else is played here, and what is still to come follows it. */
  isBrokenOff(playbackMs: number, ms: number): void {
    if (this.#sentMs === 0) return;
    this.#startMs += this.#gap.ms; // an earlier one is long over, and as if it had been before the first sound
    this.#gap = { atMs: playbackMs, ms };
  }

  /** Of what was sent, so much was heard; the rest was not played, and waits again. */
  takeBack(heardMs: number, playbackHeardMs: number, format: AudioFormat): void {
    const unheardBytes = Math.ceil((this.#sentMs - heardMs) * bytesPerMs(format));
    this.#sent.take(Math.max(0, this.#sent.length - unheardBytes));
    const unheard = this.#sent.take(unheardBytes);
    const later = this.waiting.take(this.waiting.length);
    this.waiting.push(unheard);
    this.waiting.push(later);
    this.#sentMs -= durationMs(format, unheard.length);
    this.#gap.ms = this.#gapMs(playbackHeardMs);
  }

  /** Nothing more of it is sent, or sent again: others may have its memory. */
  drop(): void {
    this.waiting.clear();
    this.#sent.clear();
  }

  playedMs(playbackHeardMs: number): number {
    const playedMs = playbackHeardMs - this.#startMs - this.#gapMs(playbackHeardMs);
    return Math.min(Math.max(0, playedMs), this.#sentMs);
  }

  #gapMs(playbackHeardMs: number): number {
    return Math.min(this.#gap.ms, Math.max(0, playbackHeardMs - this.#gap.atMs));
  }
}

/** More than is ever at the phone, or on its way to one that takes nothing. */
const MOST_RESENT_MS = 2_500;

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
    const heardMs = Math.floor(this.heardMs(playbackHeardMs)); // as the model is told, to the millisecond
    return {
      type: 'agent_said',
      ...this.name,
      text: this.words,
      heardMs,
      totalMs: Math.floor(this.receivedMs),
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

/**
 * What the caller has heard to its end, and whose words may still be on their way.
 *
 * Sound and words come apart, and words may come last: a stretch of speech is told
 * of when its answer is finished, or soon after it was heard. Words that come later
 * than that belong to something told already, and are nothing new.
 */
export class HeardParts {
  readonly #tell: (fact: CallFact) => void;
  readonly #latest: { readonly part: SpokenPart; readonly tellBy: number; isTold: boolean }[] = [];

  constructor(tell: (fact: CallFact) => void) {
    this.#tell = tell;
  }

  add(part: SpokenPart, now: number): void {
    this.#latest.push({ part, tellBy: now + WAIT_FOR_WORDS_MS, isTold: false });
    this.tellDue(now);
    if (this.#latest.length > MOST_PARTS) this.#latest.shift();
  }

  find(id: PartId): SpokenPart | undefined {
    return this.#latest.find(({ part }) => isSamePart(part.id, id))?.part;
  }

  /** What nobody has been told of yet, as far as its words have come. */
  get untold(): readonly AgentSaid[] {
    return this.#latest.flatMap(({ part, isTold }) => (isTold ? [] : part.said(Number.POSITIVE_INFINITY)));
  }

  /** No more words of this answer will come. */
  answerFinished(responseId: string, now: number): void {
    for (const { part } of this.#latest) if (part.id.responseId === responseId) part.answerIsFinished = true;
    this.tellDue(now);
  }

  /** In the order they were heard: one that waits for its words holds back the next. */
  tellDue(now: number): void {
    for (const heard of this.#latest) {
      if (heard.isTold) continue;
      const isLate = now >= heard.tellBy || this.#latest.length > MOST_PARTS;
      if (!heard.part.answerIsFinished && !isLate) return;
      heard.isTold = true;
      this.#tell(heard.part.said(Number.POSITIVE_INFINITY));
    }
  }

  /** Something else is about to be told. */
  tellAll(): void {
    this.tellDue(Number.POSITIVE_INFINITY);
  }
}

/** The words of a sound come before it as a rule, and hardly ever later than this. */
const WAIT_FOR_WORDS_MS = 1_000;

/** Late news is late by a few stretches of speech, not by dozens. */
const MOST_PARTS = 8;
