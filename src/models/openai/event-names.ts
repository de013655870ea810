/** What an event was called in the beta; servers other than the vendor's still write these. */
const OLD_NAMES: ReadonlyMap<string, string> = new Map([
  ['response.audio.delta', 'response.output_audio.delta'],
  ['response.audio.done', 'response.output_audio.done'],
  ['response.audio_transcript.delta', 'response.output_audio_transcript.delta'],
  ['response.audio_transcript.done', 'response.output_audio_transcript.done'],
  ['response.text.delta', 'response.output_text.delta'],
  ['response.text.done', 'response.output_text.done'],
  ['conversation.item.created', 'conversation.item.added'],
]);

/** The name of today for an event, however old the server's is. */
export function todaysName(name: string): string {
  return OLD_NAMES.get(name) ?? name;
}

/** Events that are part of the protocol and tell a call nothing. Whatever is in no list is worth a word in the log. */
export const OF_NO_INTEREST: ReadonlySet<string> = new Set([
  'conversation.created',
  'conversation.item.retrieved',
  'conversation.item.truncated',
  'conversation.item.deleted',
  'conversation.item.input_audio_transcription.delta',
  'conversation.item.input_audio_transcription.segment',
  'input_audio_buffer.committed',
  'input_audio_buffer.cleared',
  'input_audio_buffer.timeout_triggered',
  'input_audio_buffer.dtmf_event_received',
  'output_audio_buffer.started',
  'output_audio_buffer.stopped',
  'output_audio_buffer.cleared',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_audio_transcript.done',
  'response.output_text.done',
  'response.function_call_arguments.delta',
  'response.function_call_arguments.done',
  'rate_limits.updated',
  'mcp_list_tools.in_progress',
  'mcp_list_tools.completed',
  'response.mcp_call_arguments.delta',
]);
