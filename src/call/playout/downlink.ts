import { type AudioFormat, bytesPerMs, durationMs, FRAME_MS } from '../../audio/format.ts';
import { createTranscoder, type Transcoder } from '../../audio/transcode.ts';
import type { AgentSaid, CallFact } from '../../ports/facts.ts';
import type { Leg } from '../../ports/leg.ts';
import type { PartId } from '../../ports/session.ts';
import type { PartProgress } from '../turns/barge-in.ts';
import { Playout, type PlayoutWires } from './playout.ts';
import { HeardParts, isSamePart, SpokenPart } from './spoken-part.ts';
import { waitingTone } from './waiting-tone.ts';

export interface DownlinkWires extends PlayoutWires {
  readonly from: AudioFormat;
  /** A stretch of speech begins so long after its first sound: where it comes in real time, one late piece is no gap then. */
  readonly headStartMs: number;
  readonly tell: (fact: CallFact) => void;
}

/**
 * The way from the model's mouth to the caller's ear.
 *
 * The model speaks faster than real time. What it says waits here, part after
 * part in the order it was begun, and only a small lead is ever at the carrier:
 * so that falling silent is a matter of one `clear`, and a process that was
 * stalled never makes up for it in a burst.
 */
export class Downlink {
  readonly #wires: DownlinkWires;
  readonly #transcoder: Transcoder;
  readonly #playout: Playout;
  #heldSince: number | null = null;
  #ownSoundUntil = Number.NEGATIVE_INFINITY;
  #parts: SpokenPart[] = [];
  readonly #heard: HeardParts;

  constructor(wires: DownlinkWires) {
    this.#wires = wires;
    this.#playout = new Playout(wires);
    this.#heard = new HeardParts(wires.tell);
    this.#transcoder = createTranscoder(wires.from, wires.to);
  }

  carries(from: AudioFormat, to: AudioFormat): boolean {
    return this.#wires.from === from && this.#wires.to === to;
  }

  /** What was said before there was a line is said now. */
  connect(leg: Leg, now: number): void {
    this.#playout.connect(leg, now);
    this.tick(now);
  }

  /** The line is gone for a while; another may come. */
  disconnect(now: number): void {
    this.fallSilent(now);
    this.#playout.disconnect();
  }

  /** Nothing is left to say, and everything that was said has been heard. */
  isIdle(now: number): boolean {
    this.#settle(now);
    return this.#parts.every((part) => part.receivedMs === 0 && part.isComplete);
  }

  /** What the caller is hearing at this moment, and what they have heard that is not told of yet. */
  saying(now: number): readonly AgentSaid[] {
    const heardMs = this.#playout.heardMs(now);
    const begun = this.#parts.filter(({ sentMs, receivedMs }) => sentMs > 0 && receivedMs > 0);
    return [...this.#heard.untold, ...begun.map((part) => part.said(heardMs))];
  }

  /** Nothing of the model's can be heard at this moment, be there more to come or not. */
  isMute(now: number): boolean {
    const frameBytes = bytesPerMs(this.#wires.to) * FRAME_MS; // crumbs wait for the rest of their part
    if (this.#parts.some((part) => part.waiting.length >= frameBytes)) return this.#heldSince !== null;
    return this.#playout.leadMs(now) === 0 || now < this.#ownSoundUntil;
  }

  /** The phone may still play what it was sent, for all we know. */
  mayBeHeard(now: number): boolean {
    return this.#playout.certainlyHeardMs(now) < this.#playout.sentMs;
  }

  /** A sound of the house's own, for a caller who would hear nothing. */
  reassure(now: number): void {
    if (!this.isMute(now) || this.#heldSince !== null || !this.#playout.isOpen) return;
    const tone = waitingTone(this.#wires.to);
    for (const part of this.#parts)
      part.isBrokenOff(this.#playout.sentMs, durationMs(this.#wires.to, tone.length));
    this.#playout.play(tone, true, now);
    this.#ownSoundUntil = now + this.#playout.leadMs(now);
  }

  /** The answer that is being heard, or will be next. */
  get currentResponseId(): string | null {
    return this.#parts[0]?.id.responseId ?? null;
  }

  /** When, among what comes from the caller, a `clear` shows that was sent at this time. */
  silentFrom(clearedAt: number): number {
    return clearedAt + 2 * (this.#playout.journeyMs ?? 0);
  }

  /** Since when it has been waiting in mid-word; null while it has not. */
  get heldSince(): number | null {
    return this.#heldSince;
  }

  /** Since when the phone has had nothing to play, because it takes nothing; null while it listens. */
  get deafSince(): number | null {
    return this.#playout.deafSince;
  }

  /** Something waits for a phone that takes nothing, and would be old when it was heard. */
  isStale(now: number): boolean {
    const since = this.#playout.deafSince;
    if (since === null) return false;
    return this.#parts.some(
      (part) => part.waiting.length > 0 && now - Math.max(since, part.begunAt) > STALE_MS,
    );
  }

  /** Stops in mid-word; what the phone has not played is kept. The phone itself has to be cleared by the caller. */
  hold(now: number): void {
    this.#takeBack(this.#playout.heardMs(now));
    this.#playout.cleared(now);
    this.#heldSince = now;
  }

  /** Goes on where it stopped. */
  goOn(now: number): void {
    this.#heldSince = null;
    this.#pump(now);
  }

  /** Sound of the model's. False if more of it waits than anybody will listen to: then it was not taken. */
  take(id: PartId, audio: Uint8Array, now: number): boolean {
    const part = this.#part(id, now);
    const ms = durationMs(this.#wires.from, audio.length);
    if (!part || this.#waitingMs() + ms > MOST_WAITING_MS) return false;

    part.receivedMs += ms;
    part.lastSoundAt = now;
    part.waiting.push(this.#transcoder.push(audio));
    this.#pump(now);
    return true;
  }

  note(id: PartId, words: string, now: number): void {
    const part = this.#find(id) ?? this.#heard.find(id) ?? this.#part(id, now);
    if (part) part.words = (part.words + words).slice(0, MOST_WORDS_CHARS);
  }

  complete(id: PartId): void {
    const part = this.#find(id);
    if (part) part.isComplete = true;
  }

  /** The answer is finished: what the resampler still holds is its last sound. */
  completeResponse(responseId: string, now: number): void {
    const parts = this.#parts.filter((part) => part.id.responseId === responseId);
    parts.at(-1)?.waiting.push(this.#transcoder.flush());
    for (const part of parts) {
      part.isComplete = true;
      part.answerIsFinished = true;
    }
    this.#heard.answerFinished(responseId, now);
    this.#pump(now);
  }

  markReturned(name: string, now: number): void {
    this.#playout.markReturned(name, now);
  }

  pongCame(name: string, now: number): void {
    this.#playout.pongCame(name, now);
  }

  /** A frame of the caller's, with its place on the line's own clock: it shows how long the way takes. */
  frameCame(lineMs: number, now: number): void {
    this.#playout.frameCame(lineMs, now);
  }

  tick(now: number): void {
    const deafAtMs = this.#playout.look(now);
    if (deafAtMs !== null) {
      this.#takeBack(deafAtMs);
      this.#wires.tell({ type: 'problem', code: 'phone_is_deaf', hint: DEAF_HINT });
    }
    this.#pump(now);
    this.#settle(now);
  }

  progress(now: number): readonly PartProgress[] {
    this.#settle(now);
    const heardMs = this.#playout.heardMs(now);
    return this.#parts.map((part) => part.progress(heardMs));
  }

  /** Forgets everything that was not heard, here and at the phone. */
  fallSilent(now: number): void {
    const heardMs = this.#playout.heardMs(now);
    this.#heard.tellAll();
    for (const part of this.#parts) if (part.receivedMs > 0) this.#wires.tell(part.said(heardMs));
    for (const part of this.#parts) part.drop();
    this.#parts = [];
    this.#transcoder.reset();
    this.#playout.cleared(now);
    this.#heldSince = null;
  }

  #find(id: PartId): SpokenPart | undefined {
    return this.#parts.find((part) => isSamePart(part.id, id));
  }

  /** Null if there are too many already. */
  #part(id: PartId, now: number): SpokenPart | null {
    const known = this.#find(id);
    if (known) return known;
    if (this.#parts.length >= MOST_PARTS) return null;
    for (const part of this.#parts) {
      // Within an answer the parts come one after the other, whatever the order of their endings.
      if (part.id.responseId === id.responseId) part.isComplete = true;
    }
    const part = new SpokenPart(id, now);
    this.#parts.push(part);
    return part;
  }

  #waitingMs(): number {
    const bytes = this.#parts.reduce((total, part) => total + part.waiting.length, 0);
    return durationMs(this.#wires.to, bytes);
  }

  #takeBack(heardMs: number): void {
    for (const part of this.#parts) part.takeBack(heardMs, this.#wires.to);
  }

  /** Keeps the lead at the carrier, as long as there is something to say and somebody to hear it. */
  #pump(now: number): void {
    if (this.#heldSince !== null || this.#parts.length === 0) return;
    for (let leadMs = this.#playout.leadMs(now); leadMs <= REFILL_MS; leadMs = this.#playout.leadMs(now)) {
      const part = this.#nextToSpeak(now);
      const bytes = part ? this.#bytesToSend(part, LEAD_MS - leadMs, now) : 0;
      if (!part || bytes === 0 || !this.#playout.isOpen) return;
      this.#send(part, bytes, now);
    }
  }

  /** The first part that has something to say. One that is still being made holds back other answers, for a while. */
  #nextToSpeak(now: number): SpokenPart | undefined {
    for (const part of this.#parts) {
      if (!part.isComplete && now - part.lastSoundAt > DRY_MS) part.isComplete = this.#parts.at(-1) !== part;
      if (part.waiting.length > 0 || !part.isComplete) return part;
    }
    return undefined;
  }

  /** Whole frames, save for the last of a part: odd crumbs are said to crackle. */
  #bytesToSend(part: SpokenPart, roomMs: number, now: number): number {
    const frameBytes = bytesPerMs(this.#wires.to) * FRAME_MS;
    const roomBytes = Math.floor(roomMs / FRAME_MS) * frameBytes;
    if (part.isComplete) return Math.min(part.waiting.length, roomBytes);
    if (part.sentMs === 0 && now - part.begunAt < this.#wires.headStartMs) return 0;
    return Math.min(Math.floor(part.waiting.length / frameBytes) * frameBytes, roomBytes);
  }

  #send(part: SpokenPart, bytes: number, now: number): void {
    if (part.sentMs === 0 && part.receivedMs > 0) this.#tellOfStart(part);
    const audio = part.send(bytes, this.#wires.to, this.#playout.sentMs);
    this.#playout.play(audio, part.isComplete && part.waiting.length === 0, now);
  }

  #tellOfStart({ name }: SpokenPart): void {
    const { journeyMs } = this.#playout;
    const line = journeyMs === null ? {} : { lineMs: Math.round(journeyMs) };
    this.#wires.tell({ type: 'agent_started_speaking', ...name, ...line });
  }

  /** Tells of what has been heard to its end. */
  #settle(now: number): void {
    const heardMs = this.#playout.certainlyHeardMs(now);
    for (let part = this.#parts[0]; part?.wasHeardToTheEnd(heardMs); part = this.#parts[0]) {
      this.#parts.shift();
      part.drop();
      if (part.receivedMs > 0) this.#heard.add(part, now);
    }
    this.#heard.tellDue(now);
  }
}

/** How much sound is at the carrier at most, … */
const LEAD_MS = 400;

/** … and how little before more is sent: what a stall of ours may last without a gap. */
const REFILL_MS = 250;

/** Nobody lets an agent speak for longer without a word; it bounds what a flood can cost. */
const MOST_WAITING_MS = 120_000;
const MOST_PARTS = 100;
const MOST_WORDS_CHARS = 5_000;

const DEAF_HINT =
  'The caller’s side took nothing of what it was sent for more than a second. If it happens often, look at the network between the carrier and here.';

/** What a caller could have heard earlier than this, and did not, they never hear. */
const STALE_MS = 2_000;

/** An answer that has been silent for so long in its middle no longer holds up the next one. */
const DRY_MS = 1_000;
