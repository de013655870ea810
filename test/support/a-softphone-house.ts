import { decodeMulaw, encodeMulaw } from '../../src/audio/g711.ts';
import { browserCarrier } from '../../src/carriers/browser/index.ts';
import type { SoftphoneAnswer, Switchboard } from '../../src/ports/carrier.ts';
import { systemClock } from '../../src/ports/clock.ts';
import type { Leg, LegEvent } from '../../src/ports/leg.ts';
import { recognise } from '../../src/practice/hearing/recogniser.ts';
import { VoiceActivity } from '../../src/practice/hearing/voice-activity.ts';
import { agentClip } from '../../src/practice/voice.ts';
import { LiveViewOfTheTest } from './a-live-view.ts';

/** Somebody at the other end of the browser's phone: listens with the practice model's ears, and answers. */
export class OtherEnd implements Switchboard {
  readonly heard: (string | null)[] = [];
  readonly happened: string[] = [];
  readonly frameBytes = new Set<number>();
  readonly timesMs: number[] = [];
  leg: Leg | null = null;
  readonly #live: LiveViewOfTheTest;
  readonly #ear = new VoiceActivity({
    sampleRate: 8_000,
    threshold: 0.5,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
  });
  #sound: number[] = [];

  constructor(live: LiveViewOfTheTest) {
    this.#live = live;
  }

  async ring({ callId }: { readonly callId: string }) {
    this.#live.rings(callId, { carrier: 'softphone', from: 'browser' });
    return { admitted: true, isNew: true } as const;
  }

  async returned() {
    return 'hang_up' as const;
  }

  awaitsPicture() {
    return false;
  }

  pictureCame() {}

  async connect(callId: string, leg: Leg): Promise<boolean> {
    this.leg = leg;
    this.#live.happens(callId, 10, { type: 'answered' });
    leg.listen((event) => this.#on(callId, event));
    return true;
  }

  async after() {
    return 'hang_up' as const;
  }

  callEnded(): void {}

  /** Speaks a sentence of the agent's, with a mark behind it. */
  say(name: string, mark: string): void {
    const { samples } = agentClip(name);
    const every = Int16Array.from({ length: Math.floor(samples.length / 3) }, (_, i) => samples[3 * i] ?? 0);
    this.leg?.play(encodeMulaw(every));
    this.leg?.mark(mark);
  }

  #on(callId: string, event: LegEvent): void {
    switch (event.type) {
      case 'audio':
        return this.#hear(callId, event.audio, event.atMs);
      case 'mark':
        return void this.happened.push(`mark ${event.name}`);
      case 'digit':
        return void this.happened.push(`key ${event.digit}`);
      case 'gone':
        this.happened.push(`gone ${event.reason}`);
        return this.#live.happens(callId, event.reason === 'hung_up' ? 9_000 : 9_001, {
          type: 'ended',
          reason: 'caller_hung_up',
        });
    }
  }

  #hear(callId: string, audio: Uint8Array, atMs: number): void {
    this.frameBytes.add(audio.length);
    this.timesMs.push(atMs);
    const samples = decodeMulaw(audio);
    this.#sound.push(...samples);
    for (const change of this.#ear.push(samples)) {
      if (change.type !== 'stopped') continue;
      const from = Math.max(0, this.#sound.length - 6 * 8_000);
      const heard = recognise(Int16Array.from(this.#sound.slice(from)), 8_000);
      this.#sound = [];
      this.heard.push(heard?.name ?? null);
      this.#live.happens(callId, atMs, { type: 'caller_said', text: heard?.text ?? '(not understood)' });
    }
  }
}

/** A house with one line: from the browser's phone to the other end. */
export function softphoneCalls() {
  class Softphones extends LiveViewOfTheTest {
    override async ringSoftphone(): Promise<SoftphoneAnswer> {
      return (await carrier.ringSoftphone?.('browser', 'house')) ?? super.ringSoftphone();
    }
  }
  const live = new Softphones();
  const otherEnd = new OtherEnd(live);
  const carrier = browserCarrier({
    clock: systemClock,
    mayComeUnsigned: () => true,
    isOver: async () => false,
    ended: () => {},
    publicUrl: () => 'https://elsewhere.example',
    publicUrlOf: () => 'https://elsewhere.example', // the page has to find the socket on its own site
    trouble: () => {},
  }).open(otherEnd);
  return { live, otherEnd, carrier };
}
