import type { SoftphoneAnswer } from '../../src/ports/carrier.ts';
import type { AgentSaid, CallEvent, CallFact } from '../../src/ports/facts.ts';
import type { LiveCallEvents, LiveView, Watch } from '../../src/ports/live-view.ts';
import type { ControlAnswer } from '../../src/ports/tools.ts';
import { rang } from './logged-calls.ts';

type Hear = Parameters<LiveView['listenIn']>[1];

/** Live calls that a test makes up, and what was asked of them. */
export class LiveViewOfTheTest implements LiveView {
  readonly asked: string[] = [];
  readonly #ears = new Set<Hear>();
  readonly #hearers = new Set<{
    readonly callId: string;
    readonly tell: (said: readonly AgentSaid[]) => void;
  }>();
  readonly #calls = new Map<string, { events: CallEvent[]; listeners: Set<(event: CallEvent) => void> }>();

  /** How many watch a call at this moment. */
  watchers(callId: string): number {
    return this.#calls.get(callId)?.listeners.size ?? 0;
  }

  rings(callId: string, more: Parameters<typeof rang>[0] = {}): void {
    this.#calls.set(callId, { events: [], listeners: new Set() });
    this.happens(callId, 0, rang(more));
  }

  happens(callId: string, atMs: number, fact: CallFact): void {
    const call = this.#calls.get(callId);
    if (!call) return;
    const event = { ...fact, seq: call.events.length + 1, atMs };
    call.events.push(event);
    for (const listener of call.listeners) listener(event);
    if (fact.type === 'ended') this.#calls.delete(callId);
  }

  async list(): Promise<readonly LiveCallEvents[]> {
    return [...this.#calls].map(([callId, { events }]) => ({
      callId,
      events: [...events],
      targets: ['front office'],
    }));
  }

  async watch(callId: string, listener: (event: CallEvent) => void): Promise<Watch | null> {
    const call = this.#calls.get(callId);
    if (!call) return null;
    call.listeners.add(listener);
    return { events: [...call.events], end: () => void call.listeners.delete(listener) };
  }

  async hearAgent(callId: string, tell: (said: readonly AgentSaid[]) => void): Promise<(() => void) | null> {
    if (!this.#calls.has(callId)) return null;
    const listener = { callId, tell };
    this.#hearers.add(listener);
    return () => void this.#hearers.delete(listener);
  }

  /** The agent is being heard to say this. */
  says(callId: string, ...said: AgentSaid[]): void {
    for (const hearer of this.#hearers) if (hearer.callId === callId) hearer.tell(said);
  }

  /** How many hear the agent of any call word by word. */
  get hearers(): number {
    return this.#hearers.size;
  }

  async listenIn(callId: string, hear: Hear): Promise<Watch | null> {
    const call = this.#calls.get(callId);
    if (!call) return null;
    this.#ears.add(hear);
    return { events: [], end: () => void this.#ears.delete(hear) };
  }

  /** Something sounds on whatever call is listened to. */
  sounds(who: 'caller' | 'agent', audio: Uint8Array): void {
    for (const hear of this.#ears) hear(who, audio);
  }

  get listeners(): number {
    return this.#ears.size;
  }

  async tell(callId: string, text: string): Promise<ControlAnswer> {
    this.happens(callId, 9_000, { type: 'told', by: 'operator', text });
    return this.#take(callId, `tell ${callId}: ${text}`);
  }

  async hangUp(callId: string): Promise<ControlAnswer> {
    const answer = this.#take(callId, `hang up ${callId}`);
    this.happens(callId, 10_000, { type: 'ended', reason: 'operator_hung_up' });
    return answer;
  }

  async transfer(callId: string, target: string): Promise<ControlAnswer> {
    return this.#take(callId, `transfer ${callId} to ${target}`);
  }

  async callOut({ to }: { readonly to: string }) {
    this.asked.push(`ring ${to}`);
    return { ok: true, callId: 'CA0123456789abcdef0123456789abcdef' } as const;
  }

  async ringSoftphone(): Promise<SoftphoneAnswer> {
    return { ok: false, because: 'All lines are busy.' };
  }

  #take(callId: string, request: string): ControlAnswer {
    if (!this.#calls.has(callId)) return { ok: false, because: 'This call is over.' };
    this.asked.push(request);
    return { ok: true };
  }
}
