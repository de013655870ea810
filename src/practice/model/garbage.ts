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
export function nestedFrame(bytes: number): string {
  const depth = Math.min(DEEPEST, Math.floor(bytes / 2));
  const nest = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const times = Math.max(1, Math.floor(bytes / (nest.length + 1)));
  return `{"type":"session.noted","note":[${Array.from({ length: times }, () => nest).join(',')}]}`;
}

/** Deeper than this V8 refuses, which is cheap. */
const DEEPEST = 1_000;
