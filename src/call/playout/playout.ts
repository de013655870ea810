import { type AudioFormat, durationMs } from '../../audio/format.ts';
import type { Leg } from '../../ports/leg.ts';
import { Arrivals } from './arrivals.ts';
import { PlaybackClock } from './playback-clock.ts';

/**
 * When the phone is asked how far it has come.
 *
 * Often enough to notice one that stalls, seldom enough to cost nothing. More often while a stretch of sound is
 * young: any mark may be held up on its way, and the quickest of a stretch tells when the phone began to play it.
 */
export class MarkPace {
  #beganAt = Number.NEGATIVE_INFINITY;
  #unmarkedMs = 0;

  /** The phone has played all it had, and is sent something. True: it is to tell when it begins with that. */
  begins(now: number): boolean {
    if (now - this.#beganAt < MARK_YOUNG_EVERY_MS) return false; // a model that is no faster than its sound
    this.#beganAt = now;
    return true;
  }

  /** So much more was sent. True: it is time for a mark behind it. */
  sent(ms: number, now: number): boolean {
    this.#unmarkedMs += ms;
    const isYoung = now - this.#beganAt < YOUNG_MS;
    return this.#unmarkedMs >= (isYoung ? MARK_YOUNG_EVERY_MS : MARK_EVERY_MS);
  }

  /** Some of what was sent has no mark behind it. */
  get hasUnmarked(): boolean {
    return this.#unmarkedMs > 0;
  }

  /** There is a mark behind all that was sent, or nothing left to mark. */
  marked(): void {
    this.#unmarkedMs = 0;
  }
}

const MARK_EVERY_MS = 500;
const MARK_YOUNG_EVERY_MS = 150;
const YOUNG_MS = 1_500;

export interface PlayoutWires {
  readonly to: AudioFormat;
  /** Told of everything that is sent, and when the phone will begin to play it, … */
  readonly played: (audio: Uint8Array, startsAt: number) => void;
  /** … unless it takes nothing any more: then it has been silent since that time, and what was sent is taken back. */
  readonly silenced: (since: number) => void;
  /** Told of every mark, and when the phone will come to it. */
  readonly marked: (name: string, dueAt: number) => void;
  /** Somebody would know exactly when a stretch of sound begins. */
  readonly wantsMarks: () => boolean;
}

/**
 * The phone's loudspeaker, as far as it can be known from here: what it was given, how far it has come, and whether
 * it takes anything at all.
 *
 * A phone that takes nothing would play, when it wakes up, whatever has piled up on the way to it. So nothing more is
 * sent to one that is deaf but the word to forget what it has, and a mark behind that: when the mark comes back, it
 * listens again, and has nothing old to play.
 */
export class Playout {
  readonly #wires: PlayoutWires;
  readonly #playback = new PlaybackClock();
  readonly #pace = new MarkPace();
  #arrivals = new Arrivals();
  #leg: Leg | null = null;
  #names = 0;
  #pinged = { at: Number.NEGATIVE_INFINITY, positionMs: 0 };
  #deaf: Deafness | null = null;

  constructor(wires: PlayoutWires) {
    this.#wires = wires;
  }

  connect(leg: Leg, now: number): void {
    this.#leg = leg;
    this.#arrivals = new Arrivals();
    this.#playback.lineChanged();
    this.#arrivals.cleared(this.#playback.sentMs);
    this.#ping(leg, now);
  }

  disconnect(): void {
    this.#leg = null;
    this.#deaf = null;
  }

  /** Somebody is there, and is given what is played. */
  get isOpen(): boolean {
    return this.#leg !== null && this.#deaf === null && this.#leg.backlogBytes <= MOST_BACKLOG_BYTES;
  }

  /** Since when a phone that takes nothing has had nothing to play; null for one that listens. */
  get deafSince(): number | null {
    return this.#deaf?.since ?? null;
  }

  /** How long sound takes to the phone, as far as is known. */
  get journeyMs(): number | null {
    const echoMs = this.#playback.quickestEchoMs;
    const pongMs = this.#arrivals.roundTripMs;
    return echoMs === null && pongMs === null
      ? null
      : Math.min(echoMs ?? pongMs ?? 0, pongMs ?? echoMs ?? 0) / 2;
  }

  /** How much sound was sent, in all. */
  get sentMs(): number {
    return this.#playback.sentMs;
  }

  /** How much sound waits at the phone, unheard. */
  leadMs(now: number): number {
    return this.#playback.leadMs(now);
  }

  heardMs(now: number): number {
    return this.#playback.heardMs(now);
  }

  /** What was heard whatever may yet turn out about the line. */
  certainlyHeardMs(now: number): number {
    const { arrivedMs, leastArrivedMs } = this.#arrivals;
    const unknownMs = this.#isUntried ? leastArrivedMs : Number.POSITIVE_INFINITY;
    return Math.min(this.heardMs(now), arrivedMs ?? unknownMs);
  }

  play(audio: Uint8Array, isItsEnd: boolean, now: number): void {
    const leg = this.#leg;
    if (!leg) return;
    const leadMs = this.leadMs(now);
    const begins = leadMs === 0;
    if (begins && this.#wires.wantsMarks() && this.#pace.begins(now)) this.#mark(leg, now);
    const ms = durationMs(this.#wires.to, audio.length);
    leg.play(audio);
    this.#wires.played(audio, now + leadMs);
    this.#playback.sent(ms, now);
    if (this.#pace.sent(ms, now) || isItsEnd) this.#mark(leg, now);
    if (begins || isItsEnd || now - this.#pinged.at >= PING_EVERY_MS) {
      const name = this.#ping(leg, now);
      if (begins && this.#wires.wantsMarks()) this.#wires.marked(name, now); // as good as a mark before it
    }
  }

  /** The phone was told to forget what it has not played. */
  cleared(now: number): void {
    this.#playback.cleared(now);
    this.#arrivals.cleared(this.#playback.sentMs);
    this.#pace.marked();
  }

  frameCame(lineMs: number, now: number): void {
    const arrived = this.#arrivals.frameCame(lineMs, now);
    if (arrived.length === 0) return; // as a rule, and fifty times a second
    for (const { name, lateMs } of arrived) this.#playback.arrived(name, lateMs);
  }

  markReturned(name: string, now: number): void {
    const mark = this.#playback.markReturned(name, now);
    if (mark) this.#arrivals.markReturned(mark.positionMs, mark.markedAt);
    this.#wakes(name);
  }

  /** The line has what was sent before this ping. */
  pongCame(name: string, now: number): void {
    this.#arrivals.pongCame(name, now);
    this.#wakes(name);
  }

  /** Looks whether the phone takes what it is given. If it has just ceased to: how much it has heard; else null. */
  look(now: number): number | null {
    this.#arrivals.look(now);
    const leg = this.#leg;
    if (!leg) return null;
    if (this.#isUntried && this.#pace.hasUnmarked) this.#mark(leg, now);
    if (this.#deaf) this.#trustAgain(this.#deaf, now);
    else if (this.#arrivals.isDeaf(this.#overdueMs(now), now)) return this.#hush(leg, now);
    else if (this.#pinged.positionMs !== this.sentMs && now - this.#pinged.at >= PING_EVERY_MS)
      this.#ping(leg, now);
    return null;
  }

  #hush(leg: Leg, now: number): number {
    const heardMs = Math.min(this.heardMs(now), this.#arrivals.arrivedMs ?? this.#betweenMarksMs);
    // What was sent behind a pause says nothing of when the phone came to what was before it.
    const since = Math.min(now, this.#playback.heardAt(heardMs), this.#arrivals.lacksFrom);
    this.#playback.cleared(now, heardMs);
    this.#arrivals.cleared(heardMs);
    leg.clear();
    this.#wires.silenced(since);
    this.#deaf = { since, noticedAt: now, wakesWith: [this.#mark(leg, now), this.#ping(leg, now)] };
    return heardMs;
  }

  /** The phone is past the last mark that came back, and has not come to the next. */
  get #betweenMarksMs(): number {
    if (this.#isUntried) return this.#arrivals.leastArrivedMs; // it has taken nothing, for all we know
    return (this.#arrivals.leastArrivedMs + this.#playback.owedFromMs) / 2;
  }

  #overdueMs(now: number): number {
    return this.#playback.isUntried && !this.#isUntried ? 0 : this.#playback.overdueMs(now);
  }

  /** Nothing has come back yet from a line that brings sound: it is a phone's, then, and these give marks back. */
  get #isUntried(): boolean {
    return this.#playback.isUntried && this.#arrivals.roundTripMs === null && this.#arrivals.bringsSound;
  }

  #wakes(name: string): void {
    if (this.#deaf?.wakesWith.includes(name)) this.#deaf = null;
  }

  /** Some lines give marks back for a while and then no more, or never any. One that answers is believed. */
  #trustAgain({ noticedAt }: Deafness, now: number): void {
    if (this.#arrivals.arrivedMs !== null || now - noticedAt < MARKS_LOST_MS) return;
    this.#playback.givesNoMarksBack();
    this.#deaf = null;
  }

  #mark(leg: Leg, now: number): string {
    const name = `heard-${++this.#names}`;
    leg.mark(name);
    this.#wires.marked(name, this.#playback.marked(name, now));
    this.#pace.marked();
    return name;
  }

  #ping(leg: Leg, now: number): string {
    const name = `sent-${++this.#names}`;
    leg.ping?.(name);
    const lacksFrom = this.#playback.pinged(name, now);
    this.#arrivals.pinged(name, this.sentMs, now, lacksFrom);
    this.#pinged = { at: now, positionMs: this.sentMs };
    return name;
  }
}

interface Deafness {
  readonly since: number;
  readonly noticedAt: number;
  /** What comes back of this shows that it listens again. */
  readonly wakesWith: readonly string[];
}

/** Behind every piece of sound, unless the model makes them tiny: each may be the one that comes late. */
const PING_EVERY_MS = 100;

/** Long, as a phone that hears after all may wait better than one that would hear what is old. */
const MARKS_LOST_MS = 30_000;

/** About two seconds of sound: a line that takes no more is not listening, and must not hear stale speech later. */
const MOST_BACKLOG_BYTES = 24_000;
