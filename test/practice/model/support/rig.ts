import alawmulaw from 'alawmulaw';
import type { Brain, Ears, Output, Plan, Prompt } from '../../../../src/practice/model/brain.ts';
import type { ClientEvent } from '../../../../src/practice/model/client-events.ts';
import type { Misbehaviour } from '../../../../src/practice/model/misbehaviour.ts';
import { Ids, Outlet } from '../../../../src/practice/model/outlet.ts';
import type { McpTool, RemoteServer } from '../../../../src/practice/model/remote-tools.ts';
import type { ServerEvent } from '../../../../src/practice/model/server-events.ts';
import { Session } from '../../../../src/practice/model/session.ts';
import { HABITS, type Habits } from '../../../../src/practice/model/session-context.ts';
import { HandClock } from './hand-clock.ts';
import { firstDisorder } from './order.ts';
import { objection } from './schema.ts';
import { tone, toneEars } from './tones.ts';

/** What a client may send, loosely: tests also send what it may not. */
export type Sent = { readonly type: string; readonly [field: string]: unknown };

type EventOf<Type extends ServerEvent['type']> = Extract<ServerEvent, { type: Type }>;

export interface RigOptions {
  readonly brain?: Brain | ((prompt: Prompt) => Plan | Promise<Plan>);
  /** Tones are understood when absent. */
  readonly ears?: Ears;
  readonly habits?: Partial<Habits>;
  readonly misbehave?: Misbehaviour;
  readonly kind?: 'realtime' | 'transcription';
  readonly model?: string;
  readonly reach?: (tool: McpTool) => RemoteServer;
  /** Set by tests of misbehaviour, where schema and order are broken on purpose. */
  readonly expectsDisorder?: boolean;
}

/** A spoken output of that length. */
export function speech(text: string, ms: number): Output {
  return { type: 'speech', text, samples: tone(500, ms) };
}

/** A session without sockets, on a clock turned by hand. Every event it sends is held against schema and order. */
export function aSession(options: RigOptions = {}) {
  const clock = new HandClock();
  const frames: (string | Uint8Array)[] = [];
  const closes: (readonly [number | 'reset', string])[] = [];
  const clientEvents: ClientEvent[] = [];
  const prompts: Prompt[] = [];
  const misbehave = options.misbehave ?? {};
  const { brain = () => ({ outputs: [speech('One two three four five.', 2_000)] }) } = options;
  const answer = typeof brain === 'function' ? brain : (prompt: Prompt) => brain.answer(prompt);
  const ids = new Ids();
  const line = {
    send: (frame: string | Uint8Array) => frames.push(frame),
    close: (code: number, reason: string) => closes.push([code, reason]),
    reset: () => closes.push(['reset', '']),
  };
  const outlet = new Outlet(line, ids, misbehave, () => {});
  const session = new Session({
    kind: options.kind ?? 'realtime',
    model: options.model ?? 'gpt-realtime-2.1',
    outlet,
    reach: options.reach ?? unreachable,
    context: {
      clock,
      ids,
      misbehave,
      habits: { ...HABITS, ...options.habits },
      ears: options.ears ?? toneEars,
      brain: {
        answer(prompt) {
          prompts.push(prompt);
          return answer(prompt);
        },
      },
    },
    onClientEvent: (event) => clientEvents.push(event),
  });
  session.begin();

  function events(): ServerEvent[] {
    const all: ServerEvent[] = frames.map((frame) => JSON.parse(String(frame)));
    if (options.expectsDisorder === true) return all;
    const problem = all.map(objection).find((found) => found !== null) ?? firstDisorder(all);
    if (problem !== null) throw new Error(`The server broke the protocol: ${problem}`);
    return all;
  }

  function of<Type extends ServerEvent['type']>(type: Type): EventOf<Type>[] {
    return events().filter((event): event is EventOf<Type> => event.type === type);
  }

  function append(bytes: Uint8Array): void {
    const frameBytes = session.config.audio.input.format.type === 'audio/pcm' ? 960 : 160;
    for (let at = 0; at < bytes.length; at += frameBytes) {
      const audio = Buffer.from(bytes.subarray(at, at + frameBytes)).toString('base64');
      session.receive(JSON.stringify({ type: 'input_audio_buffer.append', audio }));
      clock.advance(20);
    }
  }

  return {
    clock,
    session,
    misbehave,
    frames,
    closes,
    clientEvents,
    prompts,
    events,
    of,
    types: () => events().map(({ type }) => type),
    /** What was sent since this was last called, or since the beginning. */
    newTypes: since(() => events().map(({ type }) => type)),
    last<Type extends ServerEvent['type']>(type: Type): EventOf<Type> {
      const found = of(type).at(-1);
      if (found === undefined) throw new Error(`There was no ${type}, only: ${events().map((e) => e.type)}`);
      return found;
    },
    send(event: Sent) {
      session.receive(JSON.stringify(event));
    },
    receive: (frame: string) => session.receive(frame),
    configure(audioInput: object, rest: object = {}) {
      const update = { type: 'realtime', audio: { input: audioInput }, ...rest };
      session.receive(JSON.stringify({ type: 'session.update', session: update }));
    },
    /** Somebody speaks for so long (a tone), or is silent (0 Hz), in frames of 20 ms, while the clock goes along. */
    hear(hertz: number, ms: number, amplitude = 9_000) {
      const format = session.config.audio.input.format.type;
      const rate = format === 'audio/pcm' ? 24_000 : 8_000;
      append(ENCODERS[format](tone(hertz, ms, rate, amplitude)));
    },
    /** Sound in the format of the session, while the clock goes along. */
    append,
  };
}

const unreachable = () => ({
  list: () => Promise.reject(new Error('Nobody is there.')),
  call: () => Promise.reject(new Error('Nobody is there.')),
  close() {},
});

const ENCODERS = {
  'audio/pcm': (samples: Int16Array) => Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength),
  'audio/pcmu': (samples: Int16Array) => Buffer.from(alawmulaw.mulaw.encode(samples)),
  'audio/pcma': (samples: Int16Array) => Buffer.from(alawmulaw.alaw.encode(samples)),
} as const;

function since(list: () => string[]): () => string[] {
  let seen = 0;
  return () => {
    const all = list();
    const fresh = all.slice(seen);
    seen = all.length;
    return fresh;
  };
}

/** The sound of all deltas of an item, in bytes. */
export function soundOf(events: readonly ServerEvent[], itemId: string): Buffer {
  return Buffer.concat(
    events.flatMap((event) =>
      event.type === 'response.output_audio.delta' && event.item_id === itemId
        ? [Buffer.from(event.delta, 'base64')]
        : [],
    ),
  );
}
