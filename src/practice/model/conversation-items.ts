import type {
  ConversationItem,
  ConversationItemCreateEvent,
  RealtimeConversationItemUserMessage,
} from 'openai/resources/realtime/realtime';
import type { Conversation, Entry } from './conversation.ts';
import type { Ears, Heard } from './ears.ts';
import { checkImage } from './images.ts';
import { refusals } from './request-error.ts';
import type { WireItem } from './server-events.ts';
import type { WireFormat } from './session-config.ts';
import { bytesPerMs, decodeAudio, encodeSamples, fromBase64, sampleRate } from './wire-audio.ts';

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
