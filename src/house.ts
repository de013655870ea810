import type { Logger } from 'pino';
import { AgentDirectory } from './agents/directory.ts';
import type { CallSurroundings } from './call/call.ts';
import type { CallPlan } from './call/call-plan.ts';
import { LiveCalls } from './call/live-calls.ts';
import { Metronome } from './call/metronome.ts';
import { type CallKeeping, openKeeping } from './call-keeping.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { FinishedCalls } from './finished-calls.ts';
import { LiveEvents } from './live-desk.ts';
import { type OpenAIAccess, openAIRealtime } from './models/openai/index.ts';
import { planCall } from './plan-call.ts';
import type { CallEvent, CallObserver } from './ports/call-log.ts';
import type { PracticeModel, PracticeModelOptions } from './practice/model/index.ts';

/** Calls and what they need, whichever way they come in. */
export interface House {
  readonly calls: LiveCalls;
  readonly agents: AgentDirectory;
  readonly keeping: CallKeeping;
  readonly events: LiveEvents;
  /** No real model is configured: the practice model answers. */
  readonly isPractice: boolean;
  /** Finishes what is done with calls that are over, and closes everything. No call may be left. */
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

/** Opens the house: agents, model, calls, and what keeps them. Rejects with everything that is wrong with the agents. */
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
  const keeping = await openKeeping(config, agents, logger);
  const practice = config.openai ? null : await openPractice(extras.practiceModel);
  const access: OpenAIAccess = config.openai ?? {
    baseUrl: practice?.baseUrl ?? '',
    model: 'practice',
    key: { kind: 'bearer', secret: 'practice' },
  };
  const model = openAIRealtime(access, config.openaiDefaults, clock);
  const events = new LiveEvents((callId, happened) => finished.take(callId, happened));
  const observers = [keeping.log.observer, events.observer, ...(extras.observers ?? [])];
  const observer = (callId: string, event: CallEvent) => {
    for (const observe of observers) observe(callId, event);
  };
  const finished = new FinishedCalls({ agents, model, clock, observer, webhook: keeping.webhook });
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
      observer,
      tapOf: (callId, startedAt) => keeping.tapOf(callId, startedAt),
      sendText: extras.sendText ?? (async () => ({ ok: false, because: 'No text messages from here.' })),
      crashed: (callId, error) =>
        logger.error({ call: callId, err: error }, 'a call failed by a mistake of ours'),
    },
    (incoming) => {
      const { agent, direction, from, to } = incoming;
      const own = direction === 'outbound' ? from : to;
      const loaded = agent === undefined ? agents.answering(own) : agents.named(agent);
      return loaded && planCall(loaded, incoming, extras.output ?? 'speech', planning);
    },
    config.maxCalls,
  );
  return {
    calls,
    agents,
    keeping,
    events,
    isPractice: practice !== null,
    async close() {
      await finished.settled();
      agents.close();
      await keeping.close();
      await practice?.close();
    },
  };
}

/** Read only when it is wanted: it knows a hundred recordings by heart. */
async function openPractice(options?: PracticeModelOptions): Promise<PracticeModel> {
  const { startPracticeModel } = await import('./practice/model/index.ts');
  return startPracticeModel(options);
}
