/** Something a client asked for that the server refuses. It becomes one `error` event; the socket stays open. */
export class RequestError extends Error {
  readonly code: string | null;
  readonly param: string | null;
  readonly kind: string;
  /** The `event_id` of the client's event that is being refused. */
  eventId: string | null = null;
  /** Set for the few refusals after which the server hangs up. */
  endsSession = false;

  constructor(
    code: string | null,
    message: string,
    param: string | null = null,
    kind = 'invalid_request_error',
  ) {
    super(message);
    this.code = code;
    this.param = param;
    this.kind = kind;
  }

  answering(eventId: string | null): this {
    this.eventId = eventId;
    return this;
  }

  closing(): this {
    this.endsSession = true;
    return this;
  }
}

/** The refusals that clients meet in ordinary calls, in the vendor's words. */
export const refusals = {
  nothingToCancel: () =>
    new RequestError('response_cancel_not_active', 'Cancellation failed: no active response found'),

  alreadyAnswering: (responseId: string) =>
    new RequestError(
      'conversation_already_has_active_response',
      `Conversation already has an active response in progress: ${responseId}. Wait until the response is finished before creating a new one.`,
    ),

  commitTooShort: (bufferedMs: number) =>
    new RequestError(
      'input_audio_buffer_commit_empty',
      `Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but buffer only has ${bufferedMs.toFixed(2)}ms of audio.`,
    ),

  truncateTooLong: (audioMs: number, wantedMs: number) =>
    new RequestError('invalid_value', `Audio content of ${audioMs}ms is already shorter than ${wantedMs}ms`),

  notTruncatable: () =>
    new RequestError('unsupported_content_type', 'Only model output audio messages can be truncated'),

  noSuchItem: (doing: 'truncate' | 'retrieve' | 'delete', itemId: string) =>
    new RequestError(
      `item_${doing}_invalid_item_id`,
      `Error with conversation.item.${doing}: the item '${itemId}' does not exist in the conversation.`,
      'item_id',
    ),

  noSuchPreviousItem: (itemId: string) =>
    new RequestError(
      'item_create_invalid_previous_item_id',
      `The item '${itemId}' to insert after does not exist in the conversation.`,
      'previous_item_id',
    ),

  noSuchCall: (callId: string) =>
    new RequestError(
      'invalid_tool_call_id',
      `Tool call ID '${callId}' not found in conversation.`,
      'item.call_id',
    ),

  voiceLocked: () =>
    new RequestError(
      'cannot_update_voice',
      "Cannot update a conversation's voice if assistant audio is present.",
      'session.audio.output.voice',
    ),

  missing: (param: string) =>
    new RequestError('missing_required_parameter', `Missing required parameter: '${param}'.`, param),

  invalid: (param: string, message: string) => new RequestError('invalid_value', message, param),

  expired: (maximumS: number) =>
    new RequestError(
      'session_expired',
      `Your session hit the maximum duration of ${inWords(maximumS)}.`,
    ).closing(),
} as const;

function inWords(seconds: number): string {
  return seconds % 60 === 0 ? `${seconds / 60} minutes` : `${seconds} seconds`;
}
