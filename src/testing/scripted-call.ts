import { resolve } from 'node:path';
import { readAgent } from '../agents/read-agent.ts';
import { planCall } from '../app/plan-call.ts';
import { Call } from '../call/call.ts';
import { Metronome } from '../call/metronome.ts';
import { splitHeard } from '../call/recall/heard-words.ts';
import type { CallEvent, EndReason } from '../ports/facts.ts';
import { NO_TAP } from '../ports/leg.ts';
import { ScriptedModel } from './scripted-model.ts';
import { ScriptedPhoneCall } from './scripted-phone-call.ts';
import { SimulatedPhone } from './simulated-phone.ts';
import { TestClock } from './test-clock.ts';

export interface ScriptedCallOptions {
  /** Who calls, and which number. */
  readonly from?: string;
  readonly dialled?: string;
  /** What the agent finds in the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Where its tools keep things. */
  readonly dataDir?: string;
}

/** One stretch of the agent's speech: what the caller heard of it, and what they did not. */
export interface HeardWords {
  readonly heard: string;
  readonly unheard: string;
}

/** A whole call to one of your agents, under all the rules of a call, with your tools live. Time passes when you say so. */
export interface ScriptedCall {
  /** The model says this, for so long; the caller hears it as time passes. */
  agentSays(text: string, ms: number): void;
  /** The model asks for a tool; resolves to what it is told. */
  agentUses(tool: string, args?: unknown): Promise<unknown>;
  /** The caller begins to speak: whatever the agent is saying is cut. */
  callerSpeaks(): void;
  /** The caller has said this, and waits. */
  callerPauses(words?: string): void;
  callerPresses(keys: string): void;
  callerHangsUp(): void;
  passes(ms: number): void;
  /** What the caller has heard to its end, or cut. */
  readonly heard: readonly HeardWords[];
  /** Numbers that were dialled. */
  readonly dialled: readonly string[];
  /** Text messages that were sent to the caller. */
  readonly texts: readonly string[];
  /** Everything that the record would keep. */
  readonly events: readonly CallEvent[];
  /** Null while it goes on. */
  readonly endReason: EndReason | null;
  close(): void;
}

/**
 * Places a scripted call to the agent in this folder.
 *
 *     const call = await scriptedCall('my-agents/shop');
 *     await call.agentUses('order_status', { orderNumber: 'B7' });
 *     call.agentSays('Your order is ready to collect.', 2_000);
 *     call.passes(1_000);
 *     call.callerSpeaks();
 *     expect(call.heard).toEqual([{ heard: 'Your order is', unheard: ' ready to collect.' }]);
 */
export async function scriptedCall(folder: string, options: ScriptedCallOptions = {}): Promise<ScriptedCall> {
  const { from = '+15550100', dialled: to = '+15550199', environment = {}, dataDir = '.' } = options;
  const clock = new TestClock();
  const log = { info() {}, warn() {}, error() {} };
  const loaded = await readAgent(resolve(folder), 1, {
    environment,
    houseSettings: { dataDir },
    clock,
    log,
  });
  const model = new ScriptedModel();
  const line = new SimulatedPhone(clock);
  const events: CallEvent[] = [];
  const phoneCall = new ScriptedPhoneCall('scripted', { leg: () => line });
  let endReason: EndReason | null = null;
  let mistake: unknown = null;
  const incoming = { callId: 'scripted', carrier: 'scripted', from, to, format: 'pcmu' } as const;
  const planning = { clock, model: 'scripted', trouble: () => {} };
  const call = new Call(
    incoming,
    { ...planCall(loaded, incoming, 'speech', planning), greeting: { kind: 'none' } },
    {
      clock,
      metronome: new Metronome(clock),
      model,
      observer: (_callId, event) => void events.push(event),
      tapOf: () => NO_TAP,
      phoneCallOf: () => phoneCall,
      crashed: (_callId, error) => {
        mistake = error;
      },
    },
    (reason) => {
      endReason = reason;
    },
  );
  model.isReady();
  call.connect(line);

  return {
    events,
    get texts() {
      return phoneCall.texts.map(({ text }) => text);
    },
    get dialled() {
      return phoneCall.dialled.map(({ number }) => number);
    },
    agentSays: (text, ms) => model.speaks(text, ms),
    agentUses: (tool, args = {}) => model.uses(tool, args),
    callerSpeaks: () => model.hearsSpeech(),
    callerPauses(words) {
      model.hearsPause();
      if (words !== undefined) model.writesDown(words);
    },
    callerPresses(keys) {
      for (const digit of keys) line.tell({ type: 'digit', digit });
    },
    callerHangsUp: () => line.tell({ type: 'gone', reason: 'hung_up' }),
    passes(ms) {
      clock.advance(ms);
      if (mistake !== null) throw mistake;
    },
    get heard() {
      return events.flatMap((event) =>
        event.type === 'agent_said' ? [splitHeard(event.text, event.heardMs, event.totalMs)] : [],
      );
    },
    get endReason() {
      return endReason;
    },
    close() {
      call.end('caller_hung_up');
      loaded.close();
    },
  };
}
