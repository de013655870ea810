import { durationMs } from '../../audio/format.ts';
import { systemClock } from '../../ports/clock.ts';
import { callerClip } from '../voice.ts';
import { type DialOptions, dial } from './dial.ts';
import type { PhoneLine } from './line.ts';
import { Tape } from './tape.ts';

/** What happens on a practice call, as its caller notices it. */
export type CallerNews =
  | { readonly type: 'connected' }
  | { readonly type: 'carrier_says'; readonly sentence: string }
  | { readonly type: 'agent_speaks' }
  | { readonly type: 'agent_is_quiet'; readonly spokeMs: number }
  | { readonly type: 'agent_was_cut_off' }
  | { readonly type: 'caller_says'; readonly text: string }
  | { readonly type: 'caller_presses'; readonly keys: string }
  | { readonly type: 'line_closed'; readonly by: 'caller' | 'server' };

/** A person on the practice phone: speaks the practice sentences, listens, cuts in, hangs up. */
export class Caller {
  readonly tape = new Tape(systemClock);
  readonly #tell: (news: CallerNews) => void;
  readonly #taps: readonly ((text: string) => void)[];
  #line: PhoneLine | null = null;
  #callSid: string | null = null;
  #after: () => Promise<readonly string[]> = async () => [];
  /** The stretch of the agent's speech that sounds at the moment, or sounded last. */
  #stretch: { readonly beganAt: number; readonly endedAt: number } | null = null;
  #hasHungUp = false;

  /** `taps` are told of every message that reaches the phone. */
  constructor(tell: (news: CallerNews) => void, ...taps: readonly ((text: string) => void)[]) {
    this.#tell = tell;
    this.#taps = taps;
  }

  /** The carrier's name of the call; null before it is connected. */
  get callSid(): string | null {
    return this.#callSid;
  }

  get isConnected(): boolean {
    return this.#line?.isOpen ?? false;
  }

  /** True if there is somebody to talk to; else the carrier has said its sentences, and that was it. */
  async ring(options: DialOptions): Promise<boolean> {
    const answer = await dial(options, {
      played: (audio, atMs) => this.#hear(audio, atMs),
      sent: (frame, _leftAtMs, spokenAtMs) => this.tape.said(frame, spokenAtMs),
      received: (text) => this.#taps.forEach((tap) => void tap(text)),
      cleared: (atMs) => {
        this.tape.cut(atMs);
        this.#tell({ type: 'agent_was_cut_off' });
      },
      closed: () => this.#tell({ type: 'line_closed', by: this.#hasHungUp ? 'caller' : 'server' }),
    });
    if (answer.kind === 'words') {
      this.#carrierSays(answer.says);
      return false;
    }
    this.#line = answer.line;
    this.#callSid = answer.callSid;
    this.#after = answer.after;
    this.#tell({ type: 'connected' });
    return true;
  }

  /** Speaks a practice sentence to its end. */
  async say(name: string): Promise<void> {
    const { text, mulaw } = callerClip(name);
    await this.sayAloud(text, mulaw);
  }

  /** The same in a voice of one's own. */
  async sayAloud(text: string, mulaw: Uint8Array): Promise<void> {
    this.#tell({ type: 'caller_says', text });
    await this.speak(mulaw);
  }

  async speak(mulaw: Uint8Array): Promise<void> {
    this.#line?.speak(mulaw);
    await this.#until(() => !this.#line?.isSpeaking, LONGEST_SENTENCE_MS);
    this.#stretch = null; // what the agent says from here on is the answer
  }

  press(digits: string): void {
    for (const digit of digits) this.#line?.press(digit);
  }

  /** Presses one key after the other, as fast as a finger does. */
  async pressSlowly(digits: string): Promise<void> {
    this.#stretch = null; // what the agent says from here on is the answer
    this.#tell({ type: 'caller_presses', keys: digits });
    for (const digit of digits) {
      this.press(digit);
      await this.wait(KEY_MS);
    }
  }

  async wait(ms: number): Promise<void> {
    const until = systemClock.now() + ms;
    await this.#until(() => systemClock.now() >= until, ms);
  }

  /** Waits until the agent has been speaking for so long; false if that takes longer than one is patient. */
  async untilAgentSpoke(ms: number, patienceMs = PATIENCE_MS): Promise<boolean> {
    return this.#until(() => this.#spokeMs() >= ms, patienceMs);
  }

  /** Waits until the agent has spoken and been quiet for so long. */
  async untilAgentIsQuiet(quietMs = 600, patienceMs = PATIENCE_MS): Promise<boolean> {
    const quietSince = () => this.#stretch?.endedAt ?? Number.POSITIVE_INFINITY;
    const wasQuiet = await this.#until(() => systemClock.now() - quietSince() >= quietMs, patienceMs);
    if (wasQuiet) this.#tell({ type: 'agent_is_quiet', spokeMs: Math.round(this.#spokeMs()) });
    this.#stretch = null;
    return wasQuiet;
  }

  /** Waits until the agent has spoken and been quiet for so long, or has spoken and hung up. */
  async untilAgentIsDone(quietMs = 600, patienceMs = PATIENCE_MS): Promise<boolean> {
    await this.#until(() => this.#stretch !== null, patienceMs);
    const hasSpoken = this.#stretch !== null;
    return (await this.untilAgentIsQuiet(quietMs, patienceMs)) || (hasSpoken && !this.isConnected);
  }

  /** Hangs up, and listens to what the carrier has to say after that. */
  async hangUp(): Promise<void> {
    if (!this.isConnected) return; // the other side was first
    this.#hasHungUp = true;
    this.#line?.hangUp();
    await this.#until(() => !this.isConnected, PATIENCE_MS);
  }

  /** Waits until the other side has ended the call, and hears the carrier out. */
  async untilTheEnd(patienceMs = PATIENCE_MS): Promise<boolean> {
    const hasEnded = await this.#until(() => !this.isConnected, patienceMs);
    if (hasEnded && !this.#hasHungUp) this.#carrierSays(await this.#after());
    return hasEnded;
  }

  #carrierSays(sentences: readonly string[]): void {
    for (const sentence of sentences) this.#tell({ type: 'carrier_says', sentence });
  }

  #hear(audio: Uint8Array, atMs: number): void {
    this.tape.heard(audio, atMs);
    const endedAt = atMs + durationMs('pcmu', audio.length);
    const goesOn = this.#stretch !== null && atMs - this.#stretch.endedAt < PAUSE_MS;
    if (!goesOn) this.#tell({ type: 'agent_speaks' });
    this.#stretch = { beganAt: goesOn && this.#stretch ? this.#stretch.beganAt : atMs, endedAt };
  }

  #spokeMs(): number {
    return this.#stretch ? this.#stretch.endedAt - this.#stretch.beganAt : 0;
  }

  /** True when it comes true; false when it takes too long, or the line is gone. */
  async #until(isTrue: () => boolean, patienceMs: number): Promise<boolean> {
    const until = systemClock.now() + patienceMs;
    while (!isTrue()) {
      const isHopeless = systemClock.now() >= until || !this.#line?.isOpen;
      if (isHopeless) return isTrue();
      // While somebody is on the phone the program lives, also when its line is gone.
      await new Promise<void>((resolve) => setTimeout(resolve, LOOK_MS));
    }
    return true;
  }
}

const LOOK_MS = 10;
const PAUSE_MS = 300;
const KEY_MS = 200;
const PATIENCE_MS = 30_000;
const LONGEST_SENTENCE_MS = 120_000;
