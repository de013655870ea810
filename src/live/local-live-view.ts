import type { CallOutAnswer, SoftphoneAnswer } from '../ports/carrier.ts';
import type { Clock } from '../ports/clock.ts';
import type { AgentSaid, CallEvent, CallObserver } from '../ports/facts.ts';
import type { CallTap } from '../ports/leg.ts';
import type { LiveCallEvents, LiveView, OperatorControl, Watch } from '../ports/live-view.ts';
import type { ControlAnswer } from '../ports/tools.ts';

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

type Hear = (who: 'caller' | 'agent', audio: Uint8Array) => void;

/** Who listens in on which call. */
export class Ears {
  readonly #ears = new Map<string, Set<Hear>>();

  /** Passes on what is heard on this call, to whoever listens in by then. */
  tapOf(callId: string): CallTap {
    return new LiveTap(
      () => this.#ears.get(callId),
      () => void this.#ears.delete(callId),
    );
  }

  /** Gives a way to stop; a second time is quiet. */
  listen(callId: string, hear: Hear): () => void {
    const ears = this.#ears.get(callId) ?? new Set();
    this.#ears.set(callId, ears.add(hear));
    return () => {
      ears.delete(hear);
      if (ears.size === 0 && this.#ears.get(callId) === ears) this.#ears.delete(callId);
    };
  }
}

/** What the agent says is passed on when it sounds at the caller's, not when it is made. */
class LiveTap implements CallTap {
  readonly wantsMarks = false;
  readonly #ears: () => ReadonlySet<Hear> | undefined;
  readonly #over: () => void;
  /** What the agent is about to be heard saying. */
  #coming: { readonly audio: Uint8Array; readonly startsAt: number }[] = [];

  constructor(ears: () => ReadonlySet<Hear> | undefined, over: () => void) {
    this.#ears = ears;
    this.#over = over;
  }

  start(): void {}

  callerHeard(audio: Uint8Array, _lineMs: number, now: number): void {
    const ears = this.#ears();
    if (!ears) {
      if (this.#coming.length > 0) this.#coming = []; // whoever comes next has no use for it
      return;
    }
    while (this.#coming[0] && this.#coming[0].startsAt <= now)
      pass(ears, 'agent', this.#coming.shift()?.audio);
    pass(ears, 'caller', audio);
  }

  agentPlayed(audio: Uint8Array, startsAt: number): void {
    if (!this.#ears()) return;
    if (this.#coming.length < MOST_COMING) this.#coming.push({ audio: audio.slice(), startsAt }); // its memory is used again
  }

  agentMarked(): void {}

  markReturned(): void {}

  agentCleared(): void {
    this.#coming = [];
  }

  pause(): void {}

  resume(): void {}

  end(): void {
    this.#over();
    this.#coming = [];
  }
}

function pass(ears: ReadonlySet<Hear>, who: 'caller' | 'agent', audio: Uint8Array | undefined): void {
  if (audio) for (const hear of ears) hear(who, audio);
}

/** A minute in frames: a line that says nothing of its caller's for so long is not listened to. */
const MOST_COMING = 3_000;
