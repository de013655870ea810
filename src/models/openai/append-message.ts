import { base64Between } from '../../audio/base64.ts';

/** `input_audio_buffer.append`, ready for the wire: fifty times a second on every call. All of it under one name: a refusal is never about one frame. */
export function appendMessage(audio: Uint8Array): Buffer {
  return base64Between(BEFORE, audio, AFTER);
}

const BEFORE = Buffer.from('{"type":"input_audio_buffer.append","event_id":"sound","audio":"');
const AFTER = Buffer.from('"}');
