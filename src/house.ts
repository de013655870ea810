import type { Logger } from 'pino';
import { AgentDirectory } from './agents/directory.ts';
import type { CallSurroundings } from './call/call.ts';
import type { CallPlan } from './call/call-plan.ts';
import { NO_TAP } from './call/call-tap.ts';
import { LiveCalls } from './call/live-calls.ts';
import { Metronome } from './call/metronome.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { type OpenAIAccess, openAIRealtime } from './models/openai/index.ts';
import { planCall } from './plan-call.ts';
import type { CallObserver } from './ports/call-log.ts';
import type { SpeechModel } from './ports/model.ts';
import type { PracticeModel, PracticeModelOptions } from './practice/model/index.ts';

/** Calls and what they need, whichever way they come in. */
export interface House {
  readonly calls: LiveCalls;
  readonly agents: AgentDirectory;
  readonly model: SpeechModel;
  /** No real model is configured: the practice model answers. */
  readonly isPractice: boolean;
  /** Lets live calls finish, for so long at most; says how many had to be ended. */
  drain(mostMs: number): Promise<number>;
  close(): Promise<void>;
}

/** What tests and practice calls want besides, and what the ways in have to add. */
export interface HouseExtras {
  readonly observers?: readonly CallObserver[];
  readonly practiceModel?: PracticeModelOptions;
  /** How the agents answer: in speech, unless it says otherwise. */
  readonly output?: CallPlan['output'];
  readonly sendText?: CallSurroundings['sendText'];
}

/** Opens the house: agents, model, calls. Rejects with everything that is wrong with the agents. */
export async function openHouse(config: Config, logger: Logger, extras: HouseExtras = {}): Promise<House> {
  const clock = systemClock;
  const agents = await AgentDirectory.open({
    folder: config.agentsDir,
    environment: config.environment,
    houseSettings: { dataDir: config.dataDir },
    clock,
    log: logger,
    watch: config.watchesAgents,
  });
  const practice = config.openai ? null : await openPractice(extras.practiceModel);
  const access: OpenAIAccess = config.openai ?? {
    baseUrl: practice?.baseUrl ?? '',
    model: 'practice',
    key: { kind: 'bearer', secret: 'practice' },
  };
  const model = openAIRealtime(access, config.openaiDefaults, clock);
  const observers = extras.observers ?? [];
  const planning = {
    clock,
    model: access.model,
    trouble: (error: unknown) => logger.error({ err: error }, 'instructions could not be made'),
  };
  const calls = new LiveCalls(
    {
      clock,
      metronome: new Metronome(clock),
      model,
      observer: (callId, event) => {
        for (const observe of observers) observe(callId, event);
      },
      tapOf: () => NO_TAP,
      sendText: extras.sendText ?? (async () => ({ ok: false, because: 'No text messages from here.' })),
      crashed: (callId, error) =>
        logger.error({ call: callId, err: error }, 'a call failed by a mistake of ours'),
    },
    (incoming) => {
      const loaded = agents.answering(incoming.to);
      return loaded && planCall(loaded, incoming, extras.output ?? 'speech', planning);
    },
    config.maxCalls,
  );
  return {
    calls,
    agents,
    model,
    isPractice: practice !== null,
    drain: (mostMs) => calls.drain(mostMs),
    async close() {
      agents.close();
      await practice?.close();
    },
  };
}

/** Read only when it is wanted: it knows a hundred recordings by heart. */
async function openPractice(options?: PracticeModelOptions): Promise<PracticeModel> {
  const { startPracticeModel } = await import('./practice/model/index.ts');
  return startPracticeModel(options);
}
