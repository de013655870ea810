import type { Logger } from 'pino';
import { FinishedCalls } from '../after/finished-calls.ts';
import { AgentDirectory } from '../agents/directory.ts';
import type { CallPlan } from '../call/call-plan.ts';
import { LiveCalls } from '../call/live-calls.ts';
import { Metronome } from '../call/metronome.ts';
import { Ears } from '../live/listen-in.ts';
import { LocalLiveView } from '../live/local-live-view.ts';
import { type OpenAIAccess, openAIRealtime } from '../models/openai/index.ts';
import type { CallOutAnswer, SoftphoneAnswer } from '../ports/carrier.ts';
import { systemClock } from '../ports/clock.ts';
import type { CallObserver } from '../ports/facts.ts';
import type { PracticeModel, PracticeModelOptions } from '../practice/model/index.ts';
import { CallSound } from '../recordings/call-sound.ts';
import { kindAndPlace } from '../tools/thrown.ts';
import { beyondReach, type Carriers } from './carriers.ts';
import type { Config } from './config.ts';
import { EventBus } from './event-bus.ts';
import { type JournalSetup, setUpJournal } from './journal-setup.ts';
import { planCall } from './plan-call.ts';
import { RoomForCalls } from './room-for-calls.ts';

/** Calls and what they need, whichever way they come in. */
export interface Wiring {
  readonly calls: LiveCalls;
  readonly agents: AgentDirectory;
  readonly journal: JournalSetup;
  /** The calls that go on, for whoever watches them. */
  readonly live: LocalLiveView;
  /** No real model is configured: the practice model answers. */
  readonly isPractice: boolean;
  /** Finishes what is done with calls that are over, for so long at most, and closes everything. No call may be left. */
  close(mostMs?: number): Promise<void>;
}

/** What tests and practice calls want besides, and what the ways in have to add. */
export interface WiringExtras {
  readonly observers?: readonly CallObserver[];
  readonly practiceModel?: PracticeModelOptions;
  /** How the agents answer: in speech, unless it says otherwise. */
  readonly output?: CallPlan['output'];
  /** None: calls come in some other way, and there is nothing to be asked of their carrier. */
  readonly carriers?: Carriers;
}

/** Opens the house: agents, model, calls, and what keeps them. Rejects with everything that is wrong with the agents. */
export async function wire(config: Config, logger: Logger, extras: WiringExtras = {}): Promise<Wiring> {
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
  const practice = config.openai ? null : await openPractice(extras.practiceModel);
  const access: OpenAIAccess = config.openai ?? {
    baseUrl: practice?.baseUrl ?? '',
    model: 'practice',
    key: { kind: 'bearer', secret: 'practice' },
  };
  const model = openAIRealtime(access, config.openaiDefaults, clock);
  const ears = new Ears();
  const live = new LocalLiveView({
    clock,
    ears,
    find: (callId) => calls.find(callId),
    targetsOf: (agent) => Object.keys(agents.named(agent)?.agent.transferTargets ?? {}),
    callOut: (request) => callOut(agents, request, extras.carriers),
    ringSoftphone: async () =>
      extras.carriers?.ringSoftphone('browser', agents.agents[0]?.agent.numbers[0] ?? '*') ?? NO_WAY_IN,
    ended: (callId, happened) => finished.take(callId, happened),
  });
  for (const observer of [journal.log.observer, live.observer, ...(extras.observers ?? [])])
    bus.subscribe(observer);
  const finished = new FinishedCalls({
    agents,
    model,
    clock,
    observer: bus.note,
    webhook: journal.webhook,
    log: journal.log,
    crowdedOut: (calls) => logger.warn({ calls }, CROWDED_OUT),
  });
  const planning = {
    clock,
    model: access.model,
    trouble: (error: unknown) => logger.error(`instructions could not be made: ${kindAndPlace(error)}`),
  };
  const room = new RoomForCalls(clock, logger);
  const calls = new LiveCalls(
    {
      clock,
      metronome: new Metronome(clock),
      model,
      observer: bus.note,
      tapOf: (callId, startedAt) =>
        new CallSound(journal.log.record(callId, startedAt), startedAt, ears.tapOf(callId)),
      phoneCallOf: extras.carriers?.phoneCallOf ?? (({ callId }) => beyondReach(callId)),
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
    (coming, live) => room.isThereFor(coming, live),
  );
  return {
    calls,
    agents,
    journal,
    live,
    isPractice: practice !== null,
    async close(mostMs = SUMMARIES_MS) {
      const left = await finished.settled(Math.min(mostMs, SUMMARIES_MS));
      if (left > 0) logger.warn({ calls: left }, NOT_SUMMED_UP);
      agents.close();
      await journal.close();
      await practice?.close();
    },
  };
}

/** An agent calls from a number of its own: that is what decides who speaks when the carrier asks. */
async function callOut(
  agents: AgentDirectory,
  request: { readonly to: string; readonly agent?: string },
  carriers: Carriers | undefined,
): Promise<CallOutAnswer> {
  const loaded = request.agent === undefined ? agents.agents[0] : agents.named(request.agent);
  if (!loaded) return { ok: false, because: `There is no agent ${request.agent}.` };
  const { name, numbers } = loaded.agent;
  const from = numbers.find((number) => number !== '*');
  if (from === undefined) {
    return {
      ok: false,
      because: `${name} has no number of its own to call from: name one in its \`numbers\`..`,
    };
  }
  return (
    carriers?.callOut(from, request.to, name) ?? { ok: false, because: 'Nobody can be called from here.' }
  );
}

/** They are of use, and nobody who waits for the house to close should wait for them. */
const SUMMARIES_MS = 30_000;
const CROWDED_OUT =
  'so many calls ended at once that these were not summed up; those that CALL_WEBHOOK_URL is told of are tried again';
const NOT_SUMMED_UP = 'the house closes before these calls were summed up';

const NO_WAY_IN: SoftphoneAnswer = { ok: false, because: 'There is no phone here.' };

/** Read only when it is wanted: it knows a hundred recordings by heart. */
async function openPractice(options?: PracticeModelOptions): Promise<PracticeModel> {
  const { startPracticeModel } = await import('../practice/model/index.ts');
  return startPracticeModel(options);
}
