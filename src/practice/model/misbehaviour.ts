import type { Ending } from './brain.ts';
import type { ServerEvent } from './server-events.ts';
import type { WireFormat } from './session-config.ts';

/**
 * What can be wrong with a model server, switch by switch. All of them may be thrown while the server runs;
 * what is absent behaves. The marks in brackets are rows of the list of failures.
 */
export interface Misbehaviour {
  // While connecting

  /** Answers the upgrade with this status; with `times`, only that often. */
  refuseUpgrade?: { readonly status: number; readonly retryAfterS?: number; times?: number } | undefined;
  /** Accepts the connection and never answers the upgrade. */
  hangAtUpgrade?: boolean | undefined;
  /** Opens, and never says a word. */
  mute?: boolean | undefined;

  // The set-up

  /** Refuses every `session.update` with this code. */
  rejectSessionUpdate?: { readonly code: string; readonly param?: string } | undefined;
  /** Puts another sound format in force, and echoes it, whatever was asked. */
  otherFormat?: { readonly input?: WireFormat; readonly output?: WireFormat } | undefined;
  /** Sends sound in this format, whatever was agreed. */
  lieAboutFormat?: WireFormat | undefined;
  /** Sends this in place of every piece of sound: broken base64, say. */
  audioPayload?: string | undefined;

  // The socket

  /** Goes away after so many events, pieces of sound or milliseconds: with a close code, or a reset. */
  dropSocket?: DropSocket | undefined;
  /** Neither sends anything nor answers a ping any more; the connection stays open. */
  blackHole?: boolean | undefined;
  /** Stops taking what the client sends. */
  stopReading?: boolean | undefined;
  /** Reaches its longest duration this soon; read when a session begins. */
  expireAfterS?: number | undefined;

  // Frames

  /** After every so many events comes a frame that is none: no JSON, null, binary, unknown types, no fields. */
  garbageAfterEvery?: number | undefined;
  /** Before the next event comes one with so many bytes of text in it, once. */
  oversizedBytes?: number | undefined;
  /** Event types that are never sent: a missing `response.created` or `response.done`. */
  omit?: readonly ServerEvent['type'][] | undefined;
  /** Event types that are sent twice. */
  duplicate?: readonly ServerEvent['type'][] | undefined;
  /** Says everything in the names of the beta: `response.audio.delta`, one `conversation.item.created` an item. */
  oldNames?: boolean | undefined;
  /** Fields that no event has, whatever the schema says: `content_index`, `event_id`. */
  withoutFields?: readonly string[] | undefined;
  /** Counts its event ids down, or gives every event the same. */
  eventIds?: 'downwards' | 'all the same' | undefined;
  /** Before the next events come so many of this size, each nested as deeply as that allows; counted down. */
  nestedFrames?: { readonly bytes: number; times: number } | undefined;
  /** Swaps each event with the one after it. */
  outOfOrder?: boolean | undefined;
  /** Anything else: gets each event, and gives what is to be sent in its place. */
  tamper?: ((event: ServerEvent) => readonly unknown[]) | undefined;

  // Answers

  /** Refuses every request of this type with an error of this code. */
  refuseEvents?: { readonly [type: string]: string } | undefined;
  /** Refuses every truncation, as one that is too long. */
  rejectTruncate?: boolean | undefined;
  /** Begins a response and then says nothing. */
  silentResponse?: boolean | undefined;
  /** Stops in mid-sentence, that far into it, and goes on that much later. */
  stallInSpeech?: { readonly atMs: number; readonly forMs: number } | undefined;
  /** Ends every response like this. */
  ending?: Ending | undefined;
  /** Says every answer in two responses at once, their pieces interleaved. */
  twoResponses?: boolean | undefined;
  /** Sends so many pieces of sound of a response after it was cancelled. */
  lateDeltas?: number | undefined;
  /** Speaks this long, repeating itself, within two seconds. */
  floodS?: number | undefined;
  /** Writes so many characters wherever it writes: the words of what it says, text, a call's arguments. */
  floodChars?: number | undefined;
  /** Cuts sound into pieces of this many bytes, samples or not. */
  chunkBytes?: number | undefined;
  /** Does not give the metadata of a request back. */
  noMetadataEcho?: boolean | undefined;

  // Listening

  /** Hears somebody begin to speak this often, as long as any sound comes in. */
  speechStormPerSecond?: number | undefined;
  /** Fails to write down what the caller said. */
  failTranscription?: boolean | undefined;
  /** Says that no tokens are left, for so many seconds. */
  rateLimitResetS?: number | undefined;
}

export interface DropSocket {
  readonly afterEvents?: number;
  readonly afterDeltas?: number;
  readonly afterMs?: number;
  /** A close code, or `reset` for a connection that is torn. */
  readonly how: number | 'reset';
}
