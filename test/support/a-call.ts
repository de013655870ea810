import { Call } from '../../src/call/call.ts';
import { type CallPlan, NO_TOOLS } from '../../src/call/call-plan.ts';
import { Metronome } from '../../src/call/metronome.ts';
import type { CallEvent, EndReason } from '../../src/ports/facts.ts';
import { type CallTap, NO_TAP } from '../../src/ports/leg.ts';
import type { Capabilities } from '../../src/ports/session.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';
import { ScriptedPhoneCall } from '../../src/testing/scripted-phone-call.ts';
import type { Journey } from '../../src/testing/simulated-phone.ts';
import { ListeningPhone } from './listening-phone.ts';
import { isLived } from './lived-calls.ts';
import { TestClock } from './test-clock.ts';

export interface CallOptions {
  readonly plan?: Partial<CallPlan>;
  readonly tap?: CallTap;
  readonly capabilities?: Partial<Capabilities>;
  readonly journey?: Partial<Journey>;
  /** Where the story begins: both sides ready, unless it is about how they become so. */
  readonly begins?: 'talking' | 'ringing';
}

export const PLAN: CallPlan = {
  agent: 'test',
  model: 'scripted',
  instructions: 'Be brief.',
  greeting: { kind: 'none' },
  turnDetection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
  output: 'speech',
  interruption: 'immediate',
  toolbox: NO_TOOLS,
  remoteTools: [],
  transferTargets: {},
  silence: null,
  maxDurationMs: 30 * 60_000,
  beforeTheEnd: { noticeMs: 30_000, about: 'Say that half a minute is left.' },
  apology: {},
  recording: 'never',
};

/** A whole call on a test clock: a phone that plays, and a model that says what the test wants. */
export function aCall(options: CallOptions = {}) {
  const clock = new TestClock();
  const sent: string[] = [];
  const facts: CallEvent[] = [];
  const crashes: unknown[] = [];
  const log = (entry: string) => void sent.push(entry);
  const phone = new ListeningPhone(clock, options.journey, log);
  const model = new ScriptedModel(options.capabilities, log);
  const plan = { ...PLAN, ...options.plan };
  const phoneCall = new ScriptedPhoneCall('CA1', { leg: () => phone, told: log });
  let endReason: EndReason | null = null;
  const call = new Call(
    { callId: 'CA1', carrier: 'test', from: '+1', to: '+2', format: 'pcmu' },
    plan,
    {
      clock,
      metronome: new Metronome(clock),
      model,
      observer: (_callId, event) => void facts.push(event),
      tapOf: () => options.tap ?? NO_TAP,
      phoneCallOf: () => phoneCall,
      crashed: (_callId, error) => void crashes.push(error),
    },
    (reason) => {
      endReason = reason;
    },
  );
  isLived(() => ({
    facts,
    hasLine: call.hasLine,
    endReason,
    saying: call.control.saying.map(({ itemId }) => itemId),
    cuts: new Map(model.cuts),
  }));
  if (options.begins !== 'ringing') {
    model.isReady();
    call.connect(phone);
  }
  let lineMs = 0;
  /** The line brings this, frame by frame, in its own time. */
  const lineBrings = (audio: Uint8Array) => {
    for (let at = 0; at < audio.length; at += 160) {
      phone.tell({ type: 'audio', audio: audio.subarray(at, at + 160), atMs: lineMs });
      lineMs += 20;
      clock.advance(20);
    }
  };
  const factsOf = <T extends CallEvent['type']>(type: T) =>
    facts.filter((fact): fact is Extract<CallEvent, { type: T }> => fact.type === type);
  return {
    call,
    phoneCall,
    clock,
    model,
    phone,
    lineBrings,
    sent,
    facts,
    factsOf,
    crashes,
    endReason: () => endReason,
  };
}
