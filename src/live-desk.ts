import type { AgentDirectory } from './agents/directory.ts';
import type { LiveCalls } from './call/live-calls.ts';
import type { CallSound, Listener } from './call-sound.ts';
import type { LiveCall, LiveDesk, Watch } from './http/review/live.ts';
import type { CallEvent, CallObserver } from './ports/call-log.ts';
import type { CallOutAnswer, SoftphoneAnswer } from './ports/carrier.ts';
import type { DeskAnswer } from './ports/tools.ts';

/** What has happened on the calls that go on, and whoever follows it. */
export class LiveEvents {
  readonly #ended: (callId: string, events: readonly CallEvent[]) => void;
  readonly #live = new Map<string, { readonly events: CallEvent[]; readonly watchers: Set<Watcher> }>();

  /** Who is told of a call that is over, and of all that happened on it. */
  constructor(ended: (callId: string, events: readonly CallEvent[]) => void) {
    this.#ended = ended;
  }

  readonly observer: CallObserver = (callId, event) => {
    if (event.type === 'rang') this.#live.set(callId, { events: [], watchers: new Set() });
    const call = this.#live.get(callId);
    if (!call) return; // what is made of a call when it is over
    call.events.push(event);
    for (const watch of call.watchers) watch(event);
    if (event.type !== 'ended') return;
    this.#live.delete(callId);
    this.#ended(callId, call.events);
  };

  of(callId: string): readonly CallEvent[] {
    return this.#live.get(callId)?.events ?? [];
  }

  watch(callId: string, watcher: Watcher): Watch | null {
    const call = this.#live.get(callId);
    if (!call) return null;
    call.watchers.add(watcher);
    return { events: [...call.events], end: () => void call.watchers.delete(watcher) };
  }
}

type Watcher = (event: CallEvent) => void;

/** Ways to begin a call from here. */
export interface WaysOut {
  callOut(from: string, to: string, agent: string): Promise<CallOutAnswer>;
  ringSoftphone(to: string): SoftphoneAnswer;
}

/** The calls of this process, for whoever watches them and steps in. */
export class HouseDesk implements LiveDesk {
  readonly #calls: LiveCalls;
  readonly #agents: AgentDirectory;
  readonly #events: LiveEvents;
  readonly #sounds: ReadonlyMap<string, CallSound>;
  readonly #ways: WaysOut;

  constructor(
    calls: LiveCalls,
    agents: AgentDirectory,
    events: LiveEvents,
    sounds: ReadonlyMap<string, CallSound>,
    ways: WaysOut,
  ) {
    this.#calls = calls;
    this.#agents = agents;
    this.#events = events;
    this.#sounds = sounds;
    this.#ways = ways;
  }

  async list(): Promise<readonly LiveCall[]> {
    return this.#calls.all.map(({ incoming: { callId }, plan }) => ({
      callId,
      events: this.#events.of(callId),
      targets: Object.keys(plan.transferTargets),
    }));
  }

  async watch(callId: string, listener: (event: CallEvent) => void): Promise<Watch | null> {
    return this.#events.watch(callId, listener);
  }

  async tell(callId: string, text: string): Promise<DeskAnswer> {
    const call = this.#calls.find(callId);
    call?.tell(text, false);
    return call ? { ok: true } : IT_IS_OVER;
  }

  async hangUp(callId: string): Promise<DeskAnswer> {
    const call = this.#calls.find(callId);
    call?.end('operator_hung_up');
    return call ? { ok: true } : IT_IS_OVER;
  }

  async transfer(callId: string, target: string): Promise<DeskAnswer> {
    return this.#calls.find(callId)?.transfer(target) ?? IT_IS_OVER;
  }

  async listenIn(callId: string, hear: Listener): Promise<Watch | null> {
    const listeners = this.#sounds.get(callId)?.listeners;
    listeners?.add(hear);
    return listeners ? { events: [], end: () => void listeners.delete(hear) } : null;
  }

  async callOut({
    to,
    agent: name,
  }: {
    readonly to: string;
    readonly agent?: string;
  }): Promise<CallOutAnswer> {
    const loaded = name === undefined ? this.#agents.agents[0] : this.#agents.named(name);
    if (!loaded) return { ok: false, because: `There is no agent ${name}.` };
    const from = loaded.agent.numbers.find((number) => number !== '*');
    if (from === undefined) {
      return {
        ok: false,
        because: `${loaded.agent.name} has no number of its own to call from: name one in its \`numbers\`.`,
      };
    }
    return this.#ways.callOut(from, to, loaded.agent.name);
  }

  async ringSoftphone(): Promise<SoftphoneAnswer> {
    return this.#ways.ringSoftphone(this.#agents.agents[0]?.agent.numbers[0] ?? '*');
  }
}

const IT_IS_OVER: DeskAnswer = { ok: false, because: 'This call is over.' };
