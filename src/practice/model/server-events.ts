import type {
  ConversationItem,
  RealtimeConversationItemUserMessage,
  RealtimeResponse,
  RealtimeServerEvent,
  RealtimeSessionCreateRequest,
  RealtimeTranscriptionSessionCreateRequest,
} from 'openai/resources/realtime/realtime';
import type { SessionConfig, TranscriptionConfig } from './session-config.ts';

/*
 * What the server sends, by the vendor's own types. This is the one place where the wire differs from them:
 * recordings show null for what is not known yet, a session with its id and expiry, and deltas with `obfuscation`.
 */

type UserContent = RealtimeConversationItemUserMessage.Content;

export type UserItem = Omit<RealtimeConversationItemUserMessage, 'content'> & {
  content: Array<Omit<UserContent, 'transcript'> & { transcript?: string | null }>;
};

export type WireItem = Exclude<ConversationItem, RealtimeConversationItemUserMessage> | UserItem;

type Settled = 'conversation_id' | 'status_details' | 'usage' | 'output';

export type WireResponse = Omit<RealtimeResponse, Settled> & {
  conversation_id: string | null;
  status_details: NonNullable<RealtimeResponse['status_details']> | null;
  usage: NonNullable<RealtimeResponse['usage']> | null;
  output: WireItem[];
};

type AnySession = RealtimeSessionCreateRequest | RealtimeTranscriptionSessionCreateRequest;

type AsSent<Event> = Event extends { response: RealtimeResponse }
  ? Omit<Event, 'response'> & { response: WireResponse }
  : Event extends { item: ConversationItem }
    ? Omit<Event, 'item'> & { item: WireItem }
    : Event extends { session: AnySession }
      ? Omit<Event, 'session'> & { session: SessionConfig | TranscriptionConfig }
      : Event extends { delta: string }
        ? Event & { obfuscation?: string }
        : Event;

export type ServerEvent = AsSent<RealtimeServerEvent>;

type WithoutId<Event> = Event extends { event_id: string } ? Omit<Event, 'event_id'> : never;

/** An event on its way out; its id is given when it leaves. */
export type Unsent = WithoutId<ServerEvent>;
