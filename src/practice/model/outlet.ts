import type { DropSocket, Misbehaviour } from './misbehaviour.ts';
import type { ServerEvent, Unsent } from './server-events.ts';

/** The way to one client. */
export interface Line {
  send(frame: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** Tears the connection without a word. */
  reset(): void;
}

const FIRST_DOWNWARDS = 99_999_999;

/** Sends events: gives them their ids, and is where frames and sockets go wrong on request. */
export class Outlet {
  readonly #line: Line;
  readonly #ids: Ids;
  readonly #misbehave: Misbehaviour;
  readonly #onSent: (event: ServerEvent) => void;
  #sent = 0;
  #heldBack: ServerEvent | null = null;
  #drop: { readonly wish: DropSocket; events: number; deltas: number } | null = null;
  #isOpen = true;

  constructor(line: Line, ids: Ids, misbehave: Misbehaviour, onSent: (event: ServerEvent) => void) {
    this.#line = line;
    this.#ids = ids;
    this.#misbehave = misbehave;
    this.#onSent = onSent;
  }

  send(unsent: Unsent): void {
    // Real servers write the name first, then the id. (Spread, the name would be given twice, which the types forbid.)
    const event: ServerEvent = Object.assign({ type: unsent.type, event_id: this.#nextId() }, unsent);
    const { omit, duplicate, oversizedBytes, nestedFrames } = this.#misbehave;
    if (omit?.includes(event.type) === true) return;
    if (nestedFrames !== undefined && nestedFrames.times > 0) {
      nestedFrames.times--;
      this.sendRaw(nestedFrame(nestedFrames.bytes));
    }
    if (oversizedBytes !== undefined) {
      this.#misbehave.oversizedBytes = undefined;
      this.sendRaw({ type: 'session.noted', event_id: event.event_id, note: 'x'.repeat(oversizedBytes) });
    }
    const times = duplicate?.includes(event.type) === true ? 2 : 1;
    for (let time = 0; time < times; time++) this.#inOrder(event);
  }

  /** Sends anything, event or not; text and bytes as they are. */
  sendRaw(frame: unknown): void {
    const { mute, blackHole } = this.#misbehave;
    if (!this.#isOpen || mute === true || blackHole === true) return;
    const isRaw = typeof frame === 'string' || frame instanceof Uint8Array;
    this.#line.send(isRaw ? frame : JSON.stringify(frame));
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#line.close(code, reason);
  }

  drop(how: number | 'reset'): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (how === 'reset') this.#line.reset();
    else this.#line.close(how, 'The practice model was asked to go away.');
  }

  #nextId(): string {
    const id = this.#ids.next('event');
    switch (this.#misbehave.eventIds) {
      case 'all the same':
        return 'event_0';
      case 'downwards':
        return `event_${String(FIRST_DOWNWARDS - this.#sent).padStart(8, '0')}`;
      case undefined:
        return id;
    }
  }

  #inOrder(event: ServerEvent): void {
    if (this.#misbehave.outOfOrder === true && this.#heldBack === null) {
      this.#heldBack = event;
      return;
    }
    this.#emit(event);
    const held = this.#heldBack;
    this.#heldBack = null;
    if (held !== null) this.#emit(held);
  }

  #emit(event: ServerEvent): void {
    if (!this.#isOpen) return;
    const { tamper, garbageAfterEvery } = this.#misbehave;
    const frames = tamper?.(event) ?? asWritten(event, this.#misbehave);
    for (const frame of frames) this.sendRaw(frame);
    this.#onSent(event);
    this.#sent++;
    if (garbageAfterEvery !== undefined && this.#sent % garbageAfterEvery === 0) {
      this.sendRaw(garbageFrame(this.#sent / garbageAfterEvery));
    }
    this.#maybeDrop(event);
  }

  /** Counts from the moment the wish was made, not from the beginning of the session. */
  #maybeDrop(event: ServerEvent): void {
    const wish = this.#misbehave.dropSocket;
    if (wish === undefined) return;
    if (this.#drop?.wish !== wish) this.#drop = { wish, events: 0, deltas: 0 };
    this.#drop.events++;
    if (event.type === 'response.output_audio.delta') this.#drop.deltas++;
    const { afterEvents = Infinity, afterDeltas = Infinity } = wish;
    if (this.#drop.events >= afterEvents || this.#drop.deltas >= afterDeltas) this.drop(wish.how);
  }
}

export type IdKind = 'sess' | 'conv' | 'item' | 'resp' | 'call' | 'event' | 'mcpl' | 'mcp' | 'mcpr';

/** Gives out ids like the vendor's, each once per server. */
export class Ids {
  #given = 0;

  next(kind: IdKind): string {
    this.#given++;
    return `${kind}_${this.#given.toString(36).padStart(8, '0')}`;
  }
}

/** An event as the server at hand writes it: under its old name, or without some of its fields. */
function asWritten(event: ServerEvent, { oldNames, withoutFields }: Misbehaviour): readonly object[] {
  const named = oldNames === true ? inOldNames(event) : [event];
  if (withoutFields === undefined) return named;
  return named.map((each) =>
    Object.fromEntries(Object.entries(each).filter(([field]) => !withoutFields.includes(field))),
  );
}

const OLD_NAMES: Readonly<Record<string, string>> = {
  'response.output_audio.delta': 'response.audio.delta',
  'response.output_audio.done': 'response.audio.done',
  'response.output_audio_transcript.delta': 'response.audio_transcript.delta',
  'response.output_audio_transcript.done': 'response.audio_transcript.done',
  'response.output_text.delta': 'response.text.delta',
  'response.output_text.done': 'response.text.done',
  'conversation.item.added': 'conversation.item.created',
};

const OLD_CONTENT: Readonly<Record<string, string>> = { output_audio: 'audio', output_text: 'text' };

function inOldNames(event: ServerEvent): readonly object[] {
  // An item was announced once, when it was there.
  if (event.type === 'conversation.item.done') return [];
  const type = OLD_NAMES[event.type] ?? event.type;
  if ('item' in event) return [{ ...event, type, item: inOldContent(event.item) }];
  if (!('response' in event)) return [{ ...event, type }];
  return [
    { ...event, type, response: { ...event.response, output: event.response.output.map(inOldContent) } },
  ];
}

function inOldContent(item: Extract<ServerEvent, { item: unknown }>['item']): object {
  if (item.type !== 'message') return item;
  const content = item.content.map((part) => ({ ...part, type: OLD_CONTENT[part.type ?? ''] ?? part.type }));
  return { ...item, content };
}

const DEEP = '['.repeat(20_000);

/** Frames that are no events. A client ignores every one of them. */
const CORPUS: readonly (string | Uint8Array)[] = [
  '',
  'null',
  '[]',
  '1',
  '"response.done"',
  '{',
  '{"type":',
  'not JSON at all',
  DEEP,
  Uint8Array.of(0, 1, 2, 0xff),
  new Uint8Array(0),
  '{}',
  '{"type":null}',
  '{"type":42}',
  '{"type":{"type":"response.done"}}',
  '{"type":""}',
  '{"type":"response.unheard.of","event_id":"event_garbage","anything":[1,2,3]}',
  '{"type":"__proto__"}',
  '{"type":"constructor"}',
  '{"__proto__":{"type":"response.done"}}',
  '{"type":"response.created"}',
  '{"type":"response.created","response":null}',
  '{"type":"response.done"}',
  '{"type":"response.done","response":{"output":"none","status":7}}',
  '{"type":"response.output_audio.delta"}',
  '{"type":"response.output_audio.delta","response_id":null,"item_id":7,"content_index":"0","delta":{}}',
  '{"type":"response.output_audio.done"}',
  '{"type":"response.output_audio_transcript.delta","delta":7}',
  '{"type":"response.function_call_arguments.done"}',
  '{"type":"conversation.item.added"}',
  '{"type":"conversation.item.done","item":[]}',
  '{"type":"conversation.item.input_audio_transcription.completed"}',
  '{"type":"input_audio_buffer.committed","item_id":{}}',
  '{"type":"rate_limits.updated","rate_limits":null}',
  '{"type":"session.updated"}',
  '{"type":"session.updated","session":null}',
  '{"type":"error"}',
  '{"type":"error","error":null}',
  '{"type":"error","error":{"code":{},"message":null}}',
];

export const GARBAGE_COUNT = CORPUS.length;

/** One frame after another, round and round. */
export function garbageFrame(index: number): string | Uint8Array {
  return CORPUS[index % CORPUS.length] ?? '';
}

/** Valid JSON of about that size that costs a parser as much as that size can. */
function nestedFrame(bytes: number): string {
  const depth = Math.min(DEEPEST, Math.floor(bytes / 2));
  const nest = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const times = Math.max(1, Math.floor(bytes / (nest.length + 1)));
  return `{"type":"session.noted","note":[${Array.from({ length: times }, () => nest).join(',')}]}`;
}

/** Deeper than this V8 refuses, which is cheap. */
const DEEPEST = 1_000;
