import type {
  ConversationItem,
  ConversationItemCreateEvent,
  RealtimeConversationItemUserMessage,
} from 'openai/resources/realtime/realtime';
import type { Ears, Heard } from './brain.ts';
import { RequestError, refusals } from './request-error.ts';
import type { WireItem } from './server-events.ts';
import type { WireFormat } from './session-config.ts';
import { bytesPerMs, decodeAudio, encodeSamples, fromBase64, sampleRate } from './wire-audio.ts';

/** An item with what the wire does not show of it. */
export interface Entry {
  readonly id: string;
  /** As it is sent, without its sound. */
  item: WireItem;
  heard: Heard | null;
  /** How long its sound is: what was committed, or what has been generated so far. */
  audioMs: number;
  /** Its sound as bytes of the wire, while it is kept. */
  audio: (() => Uint8Array) | null;
  isTruncated: boolean;
}

/**
 * Of items older than this much sound only its length is remembered: a session's memory has a limit, of 6 MB at most.
 * A live server gives all of it back.
 */
const SOUND_KEPT_MS = 120_000;

/** What has been said, in order. Knows nothing of sockets or time. */
export class Conversation {
  readonly id: string;
  #entries: Entry[] = [];

  constructor(id: string) {
    this.id = id;
  }

  get entries(): readonly Entry[] {
    return this.#entries;
  }

  get lastId(): string | null {
    return this.#entries.at(-1)?.id ?? null;
  }

  find(itemId: string): Entry | undefined {
    return this.#entries.find((entry) => entry.id === itemId);
  }

  /** The id before this one, or null for the first. */
  previousId(itemId: string): string | null {
    const index = this.#entries.findIndex((entry) => entry.id === itemId);
    return this.#entries[index - 1]?.id ?? null;
  }

  /** Puts an entry at the end, at the front (`root`), or after the item with that id. */
  insert(entry: Entry, after?: string): void {
    if (this.find(entry.id) !== undefined) {
      throw refusals.invalid('item.id', `An item with the id '${entry.id}' already exists.`);
    }
    if (after === undefined) {
      this.#entries.push(entry);
    } else if (after === 'root') {
      this.#entries.unshift(entry);
    } else {
      const index = this.#entries.findIndex(({ id }) => id === after);
      if (index < 0) throw refusals.noSuchPreviousItem(after);
      this.#entries.splice(index + 1, 0, entry);
    }
    this.#forgetOldSound();
  }

  delete(itemId: string): void {
    const index = this.#entries.findIndex(({ id }) => id === itemId);
    if (index < 0) throw refusals.noSuchItem('delete', itemId);
    this.#entries.splice(index, 1);
  }

  /** Cuts what was not heard. The transcript goes with it, because nobody can align it with the sound. */
  truncate(itemId: string, contentIndex: number, audioEndMs: number): void {
    const entry = this.find(itemId);
    if (entry === undefined) throw refusals.noSuchItem('truncate', itemId);
    const { item } = entry;
    const part = item.type === 'message' && item.role === 'assistant' ? item.content[0] : undefined;
    if (part?.type !== 'output_audio' || entry.audio === null) throw refusals.notTruncatable();
    if (contentIndex !== 0) {
      throw refusals.invalid('content_index', `The item has no content part ${contentIndex}.`);
    }
    if (audioEndMs < 0) throw refusals.invalid('audio_end_ms', `Expected 0 or more, got ${audioEndMs}.`);
    const audioMs = Math.floor(entry.audioMs);
    if (audioEndMs > audioMs) throw refusals.truncateTooLong(audioMs, audioEndMs);
    this.#cut(entry, audioEndMs);
  }

  #cut(entry: Entry, audioEndMs: number): void {
    const { item, audio, audioMs } = entry;
    if (item.type !== 'message' || item.role !== 'assistant') return;
    entry.isTruncated = true;
    entry.audioMs = audioEndMs;
    entry.item = { ...item, content: [{ type: 'output_audio' }] };
    if (audio === null) return;
    const bytes = audio();
    const kept = bytes.subarray(0, Math.floor((bytes.length * audioEndMs) / Math.max(1, audioMs)));
    entry.audio = () => kept;
  }

  #forgetOldSound(): void {
    let keptMs = 0;
    for (const entry of this.#entries.toReversed()) {
      keptMs += entry.audioMs;
      if (keptMs > SOUND_KEPT_MS && entry.audio !== null && entry !== this.#entries.at(-1)) {
        entry.audio = NO_SOUND;
      }
    }
  }
}

const NO_SOUND = (): Uint8Array => new Uint8Array(0);

export interface SpokenTurn {
  readonly samples: Int16Array;
  readonly format: WireFormat;
  readonly audioMs: number;
  readonly heard: Heard | null;
}

/** An item of the caller's speech; without samples it is their silence. */
export function userSpeech(id: string, turn: SpokenTurn): Entry {
  const { samples, format, audioMs, heard } = turn;
  return {
    id,
    item: {
      id,
      type: 'message',
      status: 'completed',
      role: 'user',
      content: [{ type: 'input_audio', transcript: null }],
    },
    heard,
    audioMs,
    audio: samples.length === 0 ? null : () => encodeSamples(samples, format),
    isTruncated: false,
  };
}

/** An item that the model makes or that is written: it has no sound yet. */
export function silentEntry(id: string, item: WireItem): Entry {
  return { id, item, heard: null, audioMs: 0, audio: null, isTruncated: false };
}

const LONGEST_CALL_ID = 32;

/** Makes an entry of an item that a client creates, or throws why it may not. */
export function createdEntry(
  event: Pick<ConversationItemCreateEvent, 'item'>,
  id: string,
  rules: { readonly conversation: Conversation; readonly ears: Ears; readonly format: WireFormat },
): Entry {
  const { item } = event;
  switch (item.type) {
    case 'message':
      checkContent(item);
      return item.role === 'user'
        ? userEntry(id, item, rules)
        : silentEntry(id, { ...item, id, status: 'completed' });
    case 'function_call':
      return silentEntry(id, { ...item, id, status: 'completed' });
    case 'function_call_output':
      checkCall(item.call_id, rules.conversation);
      return silentEntry(id, { ...item, id, status: 'completed' });
    case 'mcp_approval_response':
      return silentEntry(id, { ...item, id });
    case 'mcp_list_tools':
    case 'mcp_call':
    case 'mcp_approval_request':
      throw refusals.invalid('item.type', `Items of the type '${item.type}' are made by the server.`);
  }
}

type Message = Extract<ConversationItem, { type: 'message' }>;

function checkContent(item: Message): void {
  item.content.forEach((part, index) => {
    const param = `item.content[${index}]`;
    switch (part.type) {
      case undefined:
        throw refusals.missing(`${param}.type`);
      case 'input_text':
      case 'output_text':
        if (part.text === undefined) throw refusals.missing(`${param}.text`);
        return;
      case 'input_audio':
        if (part.audio === undefined) throw refusals.missing(`${param}.audio`);
        return;
      case 'input_image':
        if (part.image_url === undefined) throw refusals.missing(`${param}.image_url`);
        checkImage(part.image_url, `${param}.image_url`);
        return;
      case 'output_audio':
        throw refusals.invalid(`${param}.type`, 'Assistant audio messages cannot be created by a client.');
    }
  });
}

function checkCall(callId: string, conversation: Conversation): void {
  if (callId.length > LONGEST_CALL_ID) {
    throw refusals.invalid('item.call_id', `Expected at most ${LONGEST_CALL_ID} characters.`);
  }
  const isKnown = conversation.entries.some(
    ({ item }) => item.type === 'function_call' && item.call_id === callId,
  );
  if (!isKnown) throw refusals.noSuchCall(callId);
}

function userEntry(
  id: string,
  item: RealtimeConversationItemUserMessage,
  { ears, format }: { readonly ears: Ears; readonly format: WireFormat },
): Entry {
  const sound = item.content.find((part) => part.type === 'input_audio')?.audio;
  const content = item.content.map(({ audio: _, ...part }) => part);
  const entry = silentEntry(id, { ...item, id, status: 'completed', content });
  if (sound === undefined) return entry;
  const bytes = fromBase64(sound);
  if (bytes === null) throw refusals.invalid('item.content[0].audio', 'Expected base64.');
  const samples = decodeAudio(bytes, format);
  return {
    ...entry,
    heard: ears.recognise(samples, sampleRate(format)),
    audioMs: bytes.length / bytesPerMs(format),
    audio: () => bytes,
  };
}

const NOTHING = new Uint8Array(0);

/** The item with its sound, as far as that is kept, for a client that asks for it. */
export function retrieved({ item, audio }: Entry): WireItem {
  const bytes = audio?.() ?? NOTHING;
  if (item.type !== 'message' || bytes.length === 0) return item;
  const sound = Buffer.from(bytes).toString('base64');
  if (item.role === 'user') {
    const content = item.content.map((part) =>
      part.type === 'input_audio' ? { ...part, audio: sound } : part,
    );
    return { ...item, content };
  }
  if (item.role === 'system') return item;
  const content = item.content.map((part) =>
    part.type === 'output_audio' ? { ...part, audio: sound } : part,
  );
  return { ...item, content };
}

/** What a picture begins with. */
const SIGNATURES = {
  'image/png': [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
  'image/jpeg': [0xff, 0xd8, 0xff],
} as const;

/** Nobody has documented the limit of a live server; a frame with a larger picture does not fit through a socket here. */
const MOST_IMAGE_BYTES = 10 * 1024 * 1024;

/** Refuses what is no picture, in the codes that the vendor has for it: a base64 data URL of a PNG or a JPEG is one. */
function checkImage(url: string, param: string): void {
  const refuse = (code: string, message: string) =>
    new RequestError(code, `Invalid '${param}'. ${message}`, param);
  const found = /^data:([^;,]*)(;[^,]*)?,/i.exec(url);
  if (found === null || found[2]?.toLowerCase() !== ';base64')
    throw refuse(
      'invalid_image_url',
      "Expected a base64-encoded data URL such as 'data:image/png;base64,...'.",
    );
  const [head, mediaType = ''] = found;
  const signature = signatureOf(mediaType.toLowerCase());
  if (signature === null)
    throw refuse(
      'unsupported_image_media_type',
      `Expected an image of the type 'image/png' or 'image/jpeg', got '${mediaType.slice(0, 100)}'.`,
    );
  const bytes = fromBase64(url.slice(head.length));
  if (bytes === null) throw refuse('invalid_base64_image', 'The image is not valid base64.');
  if (bytes.length === 0) throw refuse('empty_image_file', 'The image is empty.');
  if (bytes.length > MOST_IMAGE_BYTES)
    throw refuse('image_file_too_large', `Expected at most ${MOST_IMAGE_BYTES} bytes, got ${bytes.length}.`);
  if (!signature.every((byte, at) => bytes[at] === byte))
    throw refuse('image_parse_error', `The image is not a valid ${mediaType}.`);
}

function signatureOf(mediaType: string): readonly number[] | null {
  if (mediaType === 'image/jpg') return SIGNATURES['image/jpeg'];
  return mediaType === 'image/png' || mediaType === 'image/jpeg' ? SIGNATURES[mediaType] : null;
}
