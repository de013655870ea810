import { Call } from '../../../src/call/call.ts';
import type { CallPlan } from '../../../src/call/call-plan.ts';
import { Metronome } from '../../../src/call/metronome.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { CallEvent, EndReason } from '../../../src/ports/facts.ts';
import { NO_TAP } from '../../../src/ports/leg.ts';
import type { TransferOutcome } from '../../../src/ports/phone-call.ts';
import { CAPABILITIES } from '../../../src/testing/scripted-model.ts';
import { PLAN } from '../a-call.ts';
import { settled } from '../a-toolbox.ts';
import { MARK_DELAYS, randomFrom } from '../mark-delays.ts';
import { TestClock } from '../test-clock.ts';
import { CrossingModel } from './model.ts';
import { Ear, FRAME_MS, Mouth, type Sound } from './mouth.ts';
import { CrossingPhone, type Line } from './phone.ts';
import { type ToolsOfTheWorld, theTools } from './tools.ts';
import { Watcher } from './watcher.ts';

/** What one history plays in. */
export interface Setting {
  readonly interruption: CallPlan['interruption'];
  readonly turns: 'by the model' | 'by us' | 'by keys';
  readonly greeting: 'none' | 'said' | 'protected';
  readonly hasSilenceLimits: boolean;
  /** How long sound is on its way to the phone. */
  readonly downMs: number;
  /** How late marks come back, to begin with. */
  readonly marks: MarkDelay;
}

export type MarkDelay = keyof typeof MARK_DELAYS;

export const SILENCE = { askAfterMs: 8_000, goodbyeAfterMs: 16_000 };
export const LONGEST_CALL_MS = 60_000;

/** One call between a phone that plays and a model that may do anything, on a test clock: and whoever watches it. */
export class World {
  readonly clock = new TestClock();
  readonly #line: Line;
  readonly setting: Setting;
  readonly model: CrossingModel;
  readonly mouth = new Mouth();
  readonly watcher: Watcher;
  readonly tools: ToolsOfTheWorld;
  readonly facts: CallEvent[] = [];
  readonly call: Call;
  phone: CrossingPhone;
  /** All the phones there were: one, and one more for every time the caller came back. */
  readonly phones: CrossingPhone[] = [];
  isConnected = false;
  endReason: EndReason | null = null;
  /** The next end of a turn is not told. */
  losesNextPause = false;
  readonly crashes: unknown[] = [];
  #ear = new Ear();
  #lineMs = 0;
  #timers = 0;

  constructor(setting: Setting) {
    this.setting = setting;
    const isLedByUs = setting.turns !== 'by the model';
    const capabilities = {
      ...CAPABILITIES,
      answersTurns: !isLedByUs,
      yieldsToSpeech: !isLedByUs,
    } as const;
    this.#line = { downMs: setting.downMs, markMs: 0 };
    this.marksCome(setting.marks);
    this.watcher = new Watcher(this);
    this.model = new CrossingModel(this.clock, capabilities, (what) => this.watcher.modelIsTold(what));
    this.phone = this.#aPhone();
    this.tools = theTools(this.clock, this.#countingClock(), () => this.watcher.leaves());
    this.call = new Call(
      { callId: 'CA1', carrier: 'test', from: '+1', to: '+2', format: 'pcmu' },
      this.#plan(),
      {
        clock: this.#countingClock(),
        metronome: new Metronome(this.clock),
        model: this.model,
        observer: (_callId, event) => {
          this.facts.push(event);
          this.watcher.noted(event);
        },
        tapOf: () => NO_TAP,
        phoneCallOf: ({ callId }) => ({
          id: callId,
          hangUp: async () => this.phone.hangUp(),
          dial: async (request) => ((await this.phone.transfer(request)) ? 'under_way' : 'refused'),
          redirect: async () => true,
          sendText: async () => ({ ok: true }),
        }),
        crashed: (_callId, error) => void this.crashes.push(error),
      },
      (reason) => {
        this.endReason = reason;
      },
    );
  }

  get isOver(): boolean {
    return this.endReason !== null;
  }

  /** The caller is with somebody else, or on the way there or back. */
  get isAway(): boolean {
    return this.isConnected && this.phone.isClosed && !this.isOver;
  }

  /** How long the call may still go on. */
  get leftMs(): number {
    return this.isConnected && !this.isOver ? LONGEST_CALL_MS - this.watcher.connectedMs : 0;
  }

  /** Timers of the call's that still run. */
  get timers(): number {
    return this.#timers;
  }

  connects(): void {
    if (this.isConnected) return;
    this.isConnected = this.call.connect(this.phone);
    if (this.model.isReady) this.watcher.greets();
  }

  becomesReady(): void {
    this.model.becomesReady();
    if (this.isConnected) this.watcher.greets();
  }

  /** Nothing else happens any more: as long as it takes, but no longer than this. */
  async goesOnToItsEnd(mostMs: number): Promise<void> {
    for (let ms = 0; ms < mostMs && !this.isOver; ms += 1_000) {
      await this.passes(1_000);
      if (this.isAway) this.call.phoneCallEnded();
    }
    await this.passes(2_000); // what comes late
  }

  async passes(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; ) {
      const step = this.mouth.isBusy ? FRAME_MS : BEAT_MS;
      passed += step;
      for (let frame = 0; frame < step; frame += FRAME_MS) {
        this.clock.advance(FRAME_MS);
        this.#hearCaller();
      }
      await settled();
      this.watcher.look(step);
    }
  }

  says(sound: Sound, ms: number): void {
    if (this.isConnected && !this.phone.isClosed) this.mouth.makes(sound, ms, this.clock.now());
  }

  /** From now on, and each time the same. */
  marksCome(delay: MarkDelay): void {
    this.#line.markMs = MARK_DELAYS[delay](randomFrom(1));
  }

  presses(keys: string): void {
    if (!this.isConnected || this.phone.isClosed) return;
    for (const digit of keys) this.phone.brings({ type: 'digit', digit });
    this.watcher.pressed(keys);
  }

  /** What came of the transfer; a caller who comes back has a new line a moment later. */
  async returns(outcome: TransferOutcome): Promise<void> {
    if (!this.isAway) return;
    if (!this.call.returned(outcome)) return;
    await this.passes(500);
    if (this.isOver) return;
    this.phone = this.#aPhone();
    this.call.connect(this.phone);
    this.watcher.cameBack();
  }

  #aPhone(): CrossingPhone {
    const phone = new CrossingPhone(this.clock, this.#line, this.watcher);
    this.phones.push(phone);
    return phone;
  }

  #hearCaller(): void {
    if (!this.isConnected || this.phone.isClosed) {
      this.mouth.stops();
      if (this.model.silentMs >= LONG_PAUSE_MS) this.#notice(null, LONG_PAUSE_MS);
      return;
    }
    const made = this.mouth.hear(this.clock.now());
    const isSpokenTo = this.phone.isPlaying && this.clock.now() - this.phone.lastSpeechAt <= BEAT_MS;
    const sound = made === 'echo' && !isSpokenTo ? null : made; // nothing comes back of nothing
    this.phone.brings({ type: 'audio', audio: this.mouth.frame(sound), atMs: this.#lineMs });
    this.#lineMs += FRAME_MS;
    this.#notice(sound, FRAME_MS);
  }

  /** What the model's ear makes of it. */
  #notice(sound: Sound | null, ms: number): void {
    if (this.setting.turns === 'by keys') return;
    const heard = this.#ear.hear(sound, ms);
    if (heard === 'started') this.model.hearsSpeech();
    if (heard !== 'stopped') return;
    if (this.model.isReady) this.watcher.turnEnded();
    if (this.losesNextPause) this.watcher.pauseGotLost();
    this.model.hearsPause(!this.losesNextPause);
    this.losesNextPause = false;
  }

  #plan(): CallPlan {
    const { interruption, greeting, hasSilenceLimits, turns } = this.setting;
    return {
      ...PLAN,
      greeting:
        greeting === 'none'
          ? { kind: 'none' }
          : { kind: 'exactly', text: 'Good day.', isProtected: greeting === 'protected' },
      turnDetection: turns === 'by keys' ? { type: 'manual' } : PLAN.turnDetection,
      interruption,
      toolbox: this.tools,
      transferTargets: { desk: { number: DESK } },
      silence: hasSilenceLimits ? SILENCE : null,
      maxDurationMs: LONGEST_CALL_MS,
      beforeTheEnd: { noticeMs: 10_000, about: 'Say that ten seconds are left.' },
    };
  }

  #countingClock(): Clock {
    const { clock } = this;
    return {
      now: () => clock.now(),
      wallMs: () => clock.wallMs(),
      after: (ms, run) => {
        this.#timers += 1;
        let isOpen = true;
        const close = () => {
          if (isOpen) this.#timers -= 1;
          isOpen = false;
        };
        const cancel = clock.after(ms, () => {
          close();
          run();
        });
        return () => {
          close();
          cancel();
        };
      },
      every: (ms, run) => clock.every(ms, run),
    };
  }
}

export const DESK = '+441632960001';
const BEAT_MS = 100;
const LONG_PAUSE_MS = 1_000;
