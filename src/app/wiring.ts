import type { Logger } from 'pino';
import { FinishedCalls } from '../after/finished-calls.ts';
import { AgentDirectory } from '../agents/directory.ts';
import type { CallPlan } from '../call/call-plan.ts';
import { LiveCalls } from '../call/live-calls.ts';
import { Metronome } from '../call/metronome.ts';
import { Ears, LocalLiveView } from '../live/local-live-view.ts';
import { type OpenAIAccess, openAIRealtime } from '../models/openai/index.ts';
import type { CallOutAnswer } from '../ports/carrier.ts';
import { systemClock } from '../ports/clock.ts';
import type { SpeechModel } from '../ports/session.ts';
import type { PracticeModel, PracticeModelOptions } from '../practice/model/index.ts';
import { CallSound } from '../recordings/call-sound.ts';
import { kindAndPlace } from '../tools/thrown.ts';
import type { Carriers } from './carriers.ts';
import type { Config } from './config.ts';
import { EventBus } from './event-bus.ts';
import { type JournalSetup, setUpJournal } from './journal-setup.ts';
import { planCall } from './plan-call.ts';
import { RoomForCalls } from './room-for-calls.ts';

/** What calls rest on: it is there before anybody can call. */
export interface Ground {
  /** Tells everybody of what happens on calls. */
  readonly bus: EventBus;
  readonly agents: AgentDirectory;
  readonly journal: JournalSetup;
  readonly model: SpeechModel;
  readonly modelName: string;
  /** No real model is configured: the practice model answers. */
  readonly isPractice: boolean;
  close(): Promise<void>;
}

/** Rejects with everything that is wrong with the agents. */
export async function layGround(
  config: Config,
  logger: Logger,
  practiceModel?: PracticeModelOptions,
): Promise<Ground> {
  const clock = systemClock;
  const bus = new EventBus((callId, error) =>
    logger.error({ call: callId, err: error }, 'something that is told of calls failed by a mistake of ours'),
  );
  const agents = await AgentDirectory.open({
    folder: config.agentsDir,
    environment: config.environment,
    houseSettings: { dataDir: config.dataDir },
    clock,
    log: logger,
    watch: config.watchesAgents,
  });
  const journal = await setUpJournal(config, agents, logger);
  bus.subscribe(journal.log.observer);
  const practice = config.openai ? null : await openPractice(practiceModel);
  const access: OpenAIAccess = config.openai ?? {
    baseUrl: practice?.baseUrl ?? '',
    model: 'practice',
    key: { kind: 'bearer', secret: 'practice' },
  };
  return {
    bus,
    agents,
    journal,
    model: openAIRealtime(access, config.openaiDefaults, clock),
    modelName: access.model,
    isPractice: practice !== null,
    async close() {
      agents.close();
      await journal.close();
      await practice?.close();
    },
  };
}

/** Calls, whichever way they come in. */
export interface Wiring {
  readonly calls: LiveCalls;
  /** The calls that go on, for whoever watches them. */
  readonly live: LocalLiveView;
  /** Finishes what is done with calls that are over, for so long at most, and closes what they rest on. No call may be left. */
  close(mostMs?: number): Promise<void>;
}

/** How calls come in, and how they are answered. */
export interface WaysIn {
  readonly carriers: Pick<Carriers, 'phoneCallOf' | 'callOut' | 'ringSoftphone'>;
  /** In speech, or in writing. */
  readonly output: CallPlan['output'];
}

/** Puts together what holds calls, what is done with them afterwards, and who may watch them. */
export function wire(config: Config, logger: Logger, ground: Ground, { carriers, output }: WaysIn): Wiring {
  const { bus, agents, journal, model } = ground;
  const clock = systemClock;
  const planning = {
    clock,
    model: ground.modelName,
    trouble: (error: unknown) => logger.error(`instructions could not be made: ${kindAndPlace(error)}`),
  };
  const ears = new Ears();
  const room = new RoomForCalls(clock, logger);
  const calls = new LiveCalls(
    {
      clock,
      metronome: new Metronome(clock),
      model,
      observer: bus.note,
      tapOf: (callId, startedAt) =>
        new CallSound(journal.log.record(callId, startedAt), startedAt, ears.tapOf(callId)),
      phoneCallOf: carriers.phoneCallOf,
      crashed: (callId, error) =>
        logger.error({ call: callId, err: error }, 'a call failed by a mistake of ours'),
    },
    (incoming) => {
      const { agent, direction, from, to } = incoming;
      const own = direction === 'outbound' ? from : to;
      const loaded = agent === undefined ? agents.answering(own) : agents.named(agent);
      return loaded && planCall(loaded, incoming, output, planning);
    },
    config.maxCalls,
    (coming, live) => room.isThereFor(coming, live),
  );
  const finished = new FinishedCalls({
    agents,
    model,
    clock,
    observer: bus.note,
    webhook: journal.webhook,
    log: journal.log,
    crowdedOut: (calls) => logger.warn({ calls }, CROWDED_OUT),
  });
  const live = new LocalLiveView({
    clock,
    ears,
    controlOf: (callId) => calls.find(callId)?.control,
    targetsOf: (agent) => Object.keys(agents.named(agent)?.agent.transferTargets ?? {}),
    callOut: (request) => callOut(agents, request, carriers),
    ringSoftphone: () => carriers.ringSoftphone('browser', agents.agents[0]?.agent.numbers[0] ?? '*'),
    ended: (callId, happened) => finished.take(callId, happened),
  });
  bus.subscribe(live.observer);
  journal.log.whenFenced((lease) => {
    if (!calls.letGo(lease)) return; // over, or it has rung again since
    live.letGo(lease.callId);
    logger.warn({ call: lease.callId }, 'another process has acquired this call: it is let go of here');
  });
  return {
    calls,
    live,
    async close(mostMs = SUMMARIES_MS) {
      const left = await finished.settled(Math.min(mostMs, SUMMARIES_MS));
      if (left > 0) logger.warn({ calls: left }, NOT_SUMMED_UP);
      await ground.close();
    },
  };
}

/** An agent calls from a number of its own: that is what decides who speaks when the carrier asks. */
async function callOut(
  agents: AgentDirectory,
  request: { readonly to: string; readonly agent?: string },
  carriers: WaysIn['carriers'],
): Promise<CallOutAnswer> {
  const loaded = request.agent === undefined ? agents.agents[0] : agents.named(request.agent);
  if (!loaded) return { ok: false, because: `There is no agent ${request.agent}.` };
  const { name, numbers } = loaded.agent;
  const from = numbers.find((number) => number !== '*');
  if (from === undefined) {
    return {
      ok: false,
      because: `${name} has no number of its own to call from: name one in its \`numbers\`.`,
    };
  }
  return carriers.callOut(from, request.to, name);
}

/** They are of use, and nobody who waits for the house to close should wait for them. */
const SUMMARIES_MS = 30_000;
const CROWDED_OUT =
  'so many calls ended at once that these were not summed up; those that CALL_WEBHOOK_URL is told of are tried again';
const NOT_SUMMED_UP = 'the house closes before these calls were summed up';

/** Read only when it is wanted: it knows a hundred recordings by heart. */
async function openPractice(options?: PracticeModelOptions): Promise<PracticeModel> {
  const { startPracticeModel } = await import('../practice/model/index.ts');
  return startPracticeModel(options);
}
