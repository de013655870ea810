import type { Ending } from './brain.ts';
import type { ServerEvent } from './server-events.ts';
import type { WireFormat } from './session-config.ts';

/**
 * What can be wrong with a model server, switch by switch. All of them may be thrown while the server runs;
 * what is absent behaves. The marks in brackets are rows of the list of failures.
 */
export interface Misbehaviour {
  // While connecting

  /** Answers the upgrade with this status [M2, M3, M4]; with `times`, only that often. */
  refuseUpgrade?: { readonly status: number; readonly retryAfterS?: number; times?: number } | undefined;
  /** Accepts the connection and never answers the upgrade [M5]. */
  hangAtUpgrade?: boolean | undefined;
  /** Opens, and never says a word [M6]. */
  mute?: boolean | undefined;

  // The set-up

  /** Refuses every `session.update` with this code [M7]. */
  rejectSessionUpdate?: { readonly code: string; readonly param?: string } | undefined;
  /** Puts another sound format in force, and echoes it, whatever was asked [S6]. */
  otherFormat?: { readonly input?: WireFormat; readonly output?: WireFormat } | undefined;
  /** Sends sound in this format, whatever was agreed [M28]. */
  lieAboutFormat?: WireFormat | undefined;
  /** Sends this in place of every piece of sound: broken base64, say [M28]. */
  audioPayload?: string | undefined;

  // The socket

  /** Goes away after so many events, pieces of sound or milliseconds: with a close code, or a reset [M8, M9, M13]. */
  dropSocket?: DropSocket | undefined;
  /** Neither sends anything nor answers a ping any more; the connection stays open [M11]. */
  blackHole?: boolean | undefined;
  /** Stops taking what the client sends [M31]. */
  stopReading?: boolean | undefined;
  /** Reaches its longest duration this soon [M10]; read when a session begins. */
  expireAfterS?: number | undefined;

  // Frames

  /** After every so many events comes a frame that is none: no JSON, null, binary, unknown types, no fields [M16, M17]. */
  garbageAfterEvery?: number | undefined;
  /** Before the next event comes one with so many bytes of text in it, once [M18]. */
  oversizedBytes?: number | undefined;
  /** Event types that are never sent: a missing `response.created` or `response.done` [M23]. */
  omit?: readonly ServerEvent['type'][] | undefined;
  /** Event types that are sent twice [M26]. */
  duplicate?: readonly ServerEvent['type'][] | undefined;
  /** Swaps each event with the one after it [M26]. */
  outOfOrder?: boolean | undefined;
  /** Anything else: gets each event, and gives what is to be sent in its place. */
  tamper?: ((event: ServerEvent) => readonly unknown[]) | undefined;

  // Answers

  /** Refuses every request of this type with an error of this code [M14, M15]. */
  refuseEvents?: { readonly [type: string]: string } | undefined;
  /** Refuses every truncation, as one that is too long [M25]. */
  rejectTruncate?: boolean | undefined;
  /** Begins a response and then says nothing [M20]. */
  silentResponse?: boolean | undefined;
  /** Stops in mid-sentence, that far into it, and goes on that much later [M21]. */
  stallInSpeech?: { readonly atMs: number; readonly forMs: number } | undefined;
  /** Ends every response like this [M22, M30]. */
  ending?: Ending | undefined;
  /** Says every answer in two responses at once, their pieces interleaved [M24]. */
  twoResponses?: boolean | undefined;
  /** Sends so many pieces of sound of a response after it was cancelled [M27]. */
  lateDeltas?: number | undefined;
  /** Speaks this long, repeating itself, within two seconds [M19]. */
  floodS?: number | undefined;
  /** Cuts sound into pieces of this many bytes, samples or not. */
  chunkBytes?: number | undefined;
  /** Does not give the metadata of a request back. */
  noMetadataEcho?: boolean | undefined;

  // Listening

  /** Hears somebody begin to speak this often, as long as any sound comes in [M29]. */
  speechStormPerSecond?: number | undefined;
  /** Fails to write down what the caller said [M33]. */
  failTranscription?: boolean | undefined;
  /** Says that no tokens are left, for so many seconds [M30]. */
  rateLimitResetS?: number | undefined;
}

export interface DropSocket {
  readonly afterEvents?: number;
  readonly afterDeltas?: number;
  readonly afterMs?: number;
  /** A close code, or `reset` for a connection that is torn. */
  readonly how: number | 'reset';
}
