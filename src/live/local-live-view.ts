import type { CallOutAnswer, SoftphoneAnswer } from '../ports/carrier.ts';
import type { Clock } from '../ports/clock.ts';
import type { AgentSaid, CallEvent, CallObserver } from '../ports/facts.ts';
import type { LiveCallEvents, LiveView, OperatorControl, Watch } from '../ports/live-view.ts';
import type { ControlAnswer } from '../ports/tools.ts';
import type { Ears, Hear } from './listen-in.ts';

/** What is asked here of a call's control. */
type Watched = Pick<OperatorControl, 'saying' | 'inform' | 'transfer' | 'hangUpNow'>;

export interface LiveViewParts {
  readonly clock: Clock;
  readonly ears: Ears;
  /** What may be done to a call that goes on. */
  readonly controlOf: (callId: string) => Watched | undefined;
  /** Whom an agent can transfer to. */
  readonly targetsOf: (agent: string) => readonly string[];
  readonly callOut: LiveView['callOut'];
  readonly ringSoftphone: LiveView['ringSoftphone'];
  /** Told of a call that is over, with all that happened on it. */
  readonly ended: (callId: string, events: readonly CallEvent[]) => void;
}

/** The calls of this process, for whoever watches them: keeps what happens on them for as long as they live. */
export class LocalLiveView implements LiveView {
  readonly #around: LiveViewParts;
  readonly #live = new Map<string, Live>();

  constructor(around: LiveViewParts) {
    this.#around = around;
  }

  /** To be told of everything that happens on every call. */
  readonly observer: CallObserver = (callId, event) => {
    if (event.type === 'rang') {
      const targets = this.#around.targetsOf(event.agent);
      this.#live.set(callId, { events: [], listeners: new Set(), targets });
    }
    const call = this.#live.get(callId);
    if (!call) return;
    call.events.push(event);
    for (const listener of call.listeners) listener(event);
    if (event.type !== 'ended') return;
    this.#live.delete(callId);
    this.#around.ended(callId, call.events);
  };

  /** The call is another process's by now. */
  letGo(callId: string): void {
    const call = this.#live.get(callId);
    this.#live.delete(callId);
    for (const listener of call?.listeners ?? []) listener(null);
  }

  async list(): Promise<readonly LiveCallEvents[]> {
    return [...this.#live].map(([callId, { events, targets }]) => ({ callId, events, targets }));
  }

  async watch(callId: string, listener: (event: CallEvent | null) => void): Promise<Watch | null> {
    const call = this.#live.get(callId);
    if (!call) return null;
    call.listeners.add(listener);
    return { events: [...call.events], end: () => void call.listeners.delete(listener) };
  }

  async hearAgent(callId: string, tell: (said: readonly AgentSaid[]) => void): Promise<(() => void) | null> {
    if (!this.#live.has(callId)) return null;
    let before = '';
    const stop = this.#around.clock.every(HEARD_EVERY_MS, () => {
      const said = this.#around.controlOf(callId)?.saying ?? [];
      const now = said.map(({ itemId, heardMs }) => `${itemId} ${heardMs}`).join();
      if (now !== before) tell(said);
      before = now;
      if (!this.#live.has(callId)) stop();
    });
    return stop;
  }

  async listenIn(callId: string, hear: Hear): Promise<Watch | null> {
    const call = this.#live.get(callId);
    return call ? { events: [...call.events], end: this.#around.ears.listen(callId, hear) } : null;
  }

  async tell(callId: string, text: string): Promise<ControlAnswer> {
    return this.#around.controlOf(callId)?.inform(text, false) ?? OVER;
  }

  async hangUp(callId: string): Promise<ControlAnswer> {
    const control = this.#around.controlOf(callId);
    control?.hangUpNow();
    return control ? { ok: true } : OVER;
  }

  async transfer(callId: string, target: string): Promise<ControlAnswer> {
    return this.#around.controlOf(callId)?.transfer(target) ?? OVER;
  }

  callOut(request: Parameters<LiveView['callOut']>[0]): Promise<CallOutAnswer> {
    return this.#around.callOut(request);
  }

  async ringSoftphone(): Promise<SoftphoneAnswer> {
    return this.#around.ringSoftphone();
  }
}

interface Live {
  readonly events: CallEvent[];
  readonly listeners: Set<(event: CallEvent | null) => void>;
  readonly targets: readonly string[];
}

/** Words come about three times a second. */
const HEARD_EVERY_MS = 250;

const OVER: ControlAnswer = { ok: false, because: 'This call is over.' };
