import { FRAME_MS } from '../audio/format.ts';
import { MULAW_DECODED } from '../audio/g711.ts';
import { systemClock } from '../ports/clock.ts';
import { DIAL_DEFAULTS, dial } from '../practice/phone/dial.ts';
import { GOOD_LINE, type PhoneLine } from '../practice/phone/line.ts';
import { levelOf, type Situation, situationOf } from './answers.ts';
import { dtmfTone } from './dtmf-tone.ts';
import type { Samples } from './samples.ts';
import type { Stalls } from './stalls.ts';

/** One call on the bench: what its phone knows and what its model sees of it, side by side. */
export class BenchCall {
  /** Where what is measured goes. */
  samples: Samples;
  readonly #stalls: Stalls;
  readonly firstSituation: number;
  readonly #sent = new SentFrames();
  #answer: Answer;
  #heardSamples = 0;
  #deltaSentAt: number | null = null;
  #speechNoticedAt: number | null = null;
  #line: PhoneLine | null = null;

  constructor(samples: Samples, stalls: Stalls, firstSituation: number) {
    this.samples = samples;
    this.#stalls = stalls;
    this.firstSituation = firstSituation;
    this.#answer = this.#answerIn(0);
  }

  get framesSent(): number {
    return this.#sent.count;
  }

  get framesHeard(): number {
    return Math.floor(this.#heardSamples / FRAME_SAMPLES);
  }

  async ring(url: string, phaseMs: number, marksLateMs: number): Promise<void> {
    const answer = await dial(
      { ...DIAL_DEFAULTS, url, phaseMs, faults: { ...GOOD_LINE, marksLateMs } },
      {
        sent: (_frame, atMs) => this.#sent.add(atMs),
        played: (audio, atMs) => this.#answer.heard(audio, atMs),
        received: (text) => this.#received(text),
        cleared: (atMs) => this.#cleared(atMs),
      },
    );
    if (answer.kind === 'words') throw new Error(`${url} did not take the call.`);
    this.#line = answer.line;
  }

  /** Talks until it is over: a burst of sound, the answer, the next burst into it or after it. */
  async talk(): Promise<void> {
    await pause(Math.random() * SPREAD_MS); // or all answers come at once
    for (let turn = 0; this.#line?.isOpen; turn++) {
      this.#line.speak(BURST);
      await pause(BURST_MS + SETTLED_MS); // by then the answer before has been cut, or was over
      if (turn > 0) this.#answer.judge(this.samples, this.#stalls);
      this.#answer = this.#answerIn(turn);
      await this.#listen();
    }
  }

  hangUp(): void {
    this.#line?.hangUp();
  }

  /** The model was given sound: so many samples of a telephone's. */
  onAppend(samples: number, now: number): void {
    const before = this.framesHeard;
    this.#heardSamples += samples;
    for (let frame = before; frame < this.framesHeard; frame++) {
      const sentAt = this.#sent.at(frame);
      if (sentAt !== undefined) this.samples.up.push(now - sentAt);
    }
  }

  onItem(itemId: string): void {
    this.#answer.itemIds.push(itemId);
  }

  onTruncate(itemId: string, audioEndMs: number): void {
    this.#answer.claimedMs.set(itemId, audioEndMs);
  }

  onDelta(now: number): void {
    if (!this.#line?.ear.isPlaying) this.#deltaSentAt ??= now;
  }

  onSpeechStarted(now: number): void {
    if (this.#line?.ear.isPlaying) this.#speechNoticedAt = now;
  }

  #answerIn(turn: number): Answer {
    return new Answer(turn, situationOf(this.firstSituation + turn));
  }

  async #listen(): Promise<void> {
    const { cutMs } = this.#answer.situation;
    await this.#until(() => this.#answer.heardMs > 0);
    if (cutMs === null) {
      await this.#until(() => !this.#line?.ear.isPlaying);
      return pause(SETTLED_MS);
    }
    const atMs = cutMs[0] + Math.random() * (cutMs[1] - cutMs[0]);
    await pause(Math.max(0, atMs - this.#answer.heardMs));
  }

  async #until(isTrue: () => boolean): Promise<void> {
    const patience = systemClock.now() + PATIENCE_MS;
    while (!isTrue() && this.#line?.isOpen && systemClock.now() < patience) await pause(FRAME_MS);
  }

  #received(text: string): void {
    if (this.#deltaSentAt === null || !text.startsWith('{"event":"media"')) return;
    this.samples.down.push(systemClock.now() - this.#deltaSentAt);
    this.#deltaSentAt = null;
  }

  #cleared(now: number): void {
    if (this.#speechNoticedAt !== null) this.samples.clear.push(now - this.#speechNoticedAt);
    this.#speechNoticedAt = null;
  }
}

/** When the last frames were sent. */
class SentFrames {
  readonly #sentAt: number[] = [];
  count = 0;

  add(atMs: number): void {
    this.#sentAt[this.count % REMEMBERED_FRAMES] = atMs;
    this.count += 1;
  }

  at(frame: number): number | undefined {
    return this.#sentAt[frame % REMEMBERED_FRAMES];
  }
}

/** One answer: what the phone heard of each of its items, and what the model was told of that. */
class Answer {
  readonly situation: Situation;
  readonly #turn: number;
  readonly #heardBytes = [0, 0];
  #beganAt = Number.NaN;
  #endedAt = Number.NaN;
  /** By the loudspeaker's own time: where the sound so far ends. */
  #playedUntil = Number.NaN;
  #gaps = 0;
  readonly itemIds: string[] = [];
  readonly claimedMs = new Map<string, number>();

  constructor(turn: number, situation: Situation) {
    this.#turn = turn;
    this.situation = situation;
  }

  get heardMs(): number {
    return this.#heardOf(0) + this.#heardOf(1);
  }

  heard(audio: Uint8Array, atMs: number): void {
    const beforeMs = this.heardMs;
    this.#measure(audio);
    if (this.heardMs === beforeMs) return;
    if (atMs - this.#playedUntil > LEAST_GAP_MS) this.#gaps += 1;
    this.#playedUntil = atMs + audio.length / 8;
    this.#endedAt = systemClock.now();
    if (beforeMs === 0) this.#beganAt = this.#endedAt;
  }

  #measure(audio: Uint8Array): void {
    const [first = 0, second = 0] = [levelOf(this.#turn, 0), levelOf(this.#turn, 1)];
    for (const code of audio) {
      const level = MULAW_DECODED[code] ?? 0;
      // A level counts from half its height on: between two items, and between one and silence.
      if (Math.sign(level) === Math.sign(first) && Math.abs(level) >= Math.abs(first) / 2) this.#count(0);
      else if (Math.sign(level) === Math.sign(second) && Math.abs(level) >= Math.abs(second) / 2)
        this.#count(1);
    }
  }

  /** Compares, item by item: cut ones at what was heard of them, unheard ones at nothing. */
  judge(samples: Samples, stalls: Stalls): void {
    const { name, itemsMs, cutMs } = this.situation;
    if (cutMs === null) return;
    if (stalls.near(this.#beganAt) || stalls.near(this.#endedAt)) {
      samples.unjudged += 1;
      return;
    }
    samples.gaps += this.#gaps;
    const errors = itemsMs.map((totalMs, item) => {
      const claimedMs = this.claimedMs.get(this.itemIds[item] ?? '') ?? totalMs;
      return Math.abs(claimedMs - this.#heardOf(item));
    });
    samples.heardError.set(name, [...(samples.heardError.get(name) ?? []), Math.max(...errors)]);
  }

  #heardOf(item: number): number {
    return (this.#heardBytes[item] ?? 0) / 8;
  }

  #count(item: number): void {
    this.#heardBytes[item] = (this.#heardBytes[item] ?? 0) + 1;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void systemClock.after(ms, resolve));
}

/** What the caller "says": loud enough for any voice detection. */
const BURST_MS = 500;
const BURST = Uint8Array.from({ length: BURST_MS * 8 }, (_, i) => dtmfTone('5')[i % 800] ?? 0);
const SETTLED_MS = 300;
/** Most of a turn. */
const SPREAD_MS = 4_000;
const PATIENCE_MS = 10_000;
const FRAME_SAMPLES = FRAME_MS * 8;

const LEAST_GAP_MS = 1;

/** Frames are on their way for milliseconds, not seconds. */
const REMEMBERED_FRAMES = 256;
