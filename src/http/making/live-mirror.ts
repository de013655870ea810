import type { AgentSaid, CallEvent } from '../../ports/facts.ts';
import type { CallReading, Following, TranscriptLine } from '../../ports/reading.ts';
import type { KnownLiveCall, LiveView } from '../pages/room.ts';

/** The calls that go on, as far as somebody looks at them: what has happened on them, and what was told of it. */
export class LiveMirror implements LiveView {
  readonly #reading: CallReading;
  readonly #calls = new Map<string, Mirrored>();

  constructor(reading: CallReading) {
    this.#reading = reading;
  }

  list(): readonly KnownLiveCall[] {
    return [...this.#calls.values()];
  }

  find(callId: string): KnownLiveCall | undefined {
    return this.#calls.get(callId);
  }

  /** Takes in what has happened, and gives what those who follow the call are to be told; nothing if nobody does. */
  happened(callId: string, targets: readonly string[], events: readonly CallEvent[]): string {
    const call = this.#calls.get(callId) ?? newlyMirrored(callId, targets, this.#reading.follow());
    this.#calls.set(callId, call);
    call.events.push(...events);
    for (const event of events) call.following.follow(event);
    if (events.some(({ type }) => ENDS_SPEECH.has(type))) call.saying = [];
    if (call.followers === 0) return '';
    const isNews = events.some(({ type }) => TELLING.has(type));
    return events.map(happenedFrame).join('') + (isNews ? this.#changedLines(call) + this.#doing(call) : '');
  }

  /** The same for what the caller is hearing at this moment. */
  says(callId: string, said: readonly AgentSaid[]): string {
    const call = this.#calls.get(callId);
    if (!call) return '';
    call.saying = said;
    return call.followers === 0 ? '' : this.#changedLines(call);
  }

  forget(callId: string): void {
    this.#calls.delete(callId);
  }

  /** Everything so far, for one who follows the call from now on. */
  follow(callId: string): string {
    const call = this.#calls.get(callId);
    if (!call) return '';
    const happened = call.events.map(happenedFrame).join('');
    if (call.followers++ === 0) {
      call.told.clear();
      return happened + this.#changedLines(call) + this.#doing(call);
    }
    const lines = [...call.told].map(([key, line], index) => lineFrame(key, index, line));
    return happened + lines.join('') + this.#doing(call);
  }

  unfollow(callId: string): void {
    const call = this.#calls.get(callId);
    if (call) call.followers -= 1;
  }

  #changedLines(call: Mirrored): string {
    const lines = this.#transcript(call).flatMap((line, index) => {
      const key = `${line.who}${line.atMs}`;
      const told = call.told.get(key);
      if (told && isSame(told, line)) return [];
      call.told.set(key, line);
      return lineFrame(key, index, line);
    });
    return lines.join('');
  }

  #doing({ state: { doing, latencies } }: Mirrored): string {
    return frame('doing', { doing, latencyMs: latencies.at(-1)?.totalMs ?? null });
  }

  /** What is being said stands where it will stand when it was said: as far as the caller has heard it. */
  #transcript({ state, saying, told }: Mirrored): readonly LiveLine[] {
    const seq = state.sums.lastSeq;
    return this.#reading.transcript(state, saying).flatMap((line): readonly LiveLine[] => {
      if (line.seq <= seq) return [{ ...line, isBeingSaid: false }];
      const before = told.get(`${line.who}${line.atMs}`);
      // The model's words run ahead of its sound, so that the share that was heard may seem to shrink.
      const text = before?.isBeingSaid && before.text.length > line.text.length ? before.text : line.text;
      return text === '' ? [] : [{ ...line, seq, text, unheard: '', isBeingSaid: true }];
    });
  }
}

interface Mirrored extends KnownLiveCall {
  readonly following: Following;
  readonly events: CallEvent[];
  /** Of the agent's speech, what is not yet among the events. */
  saying: readonly AgentSaid[];
  /** What those who follow it were told last, line by line. */
  readonly told: Map<string, LiveLine>;
  followers: number;
}

interface LiveLine extends TranscriptLine {
  /** It grows, and is not yet what the log will say. */
  readonly isBeingSaid: boolean;
}

function newlyMirrored(callId: string, targets: readonly string[], following: Following): Mirrored {
  const { state } = following;
  return { callId, targets, following, state, events: [], saying: [], told: new Map(), followers: 0 };
}

function isSame(one: LiveLine, other: LiveLine): boolean {
  if (one.isBeingSaid && other.isBeingSaid) return one.text === other.text;
  return (
    one.isBeingSaid === other.isBeingSaid &&
    one.text === other.text &&
    one.unheard === other.unheard &&
    one.untilMs === other.untilMs
  );
}

function lineFrame(key: string, index: number, line: LiveLine): string {
  return frame('line', { index, key, ...line });
}

function happenedFrame(event: CallEvent): string {
  return frame('happened', event);
}

/** One of a stream of events, as pages read them. */
function frame(event: string, data: unknown): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** After these, what was said or what goes on is another. */
const TELLING: ReadonlySet<CallEvent['type']> = new Set([
  'answered',
  'leg_joined',
  'caller_started_speaking',
  'caller_stopped_speaking',
  'caller_said',
  'agent_started_speaking',
  'agent_said',
  'agent_wrote',
  'tool_called',
  'tool_returned',
  'interrupted',
  'held',
  'went_on',
  'ended',
]);

/** Whatever was being said is told by them. */
const ENDS_SPEECH: ReadonlySet<CallEvent['type']> = new Set(['agent_said', 'interrupted', 'ended']);
