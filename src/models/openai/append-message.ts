/**
 * `input_audio_buffer.append`, ready for the wire: fifty times a second on every
 * call. Base64 needs no escaping, so it is laid between two constants as it is.
 * Buffer's own encoder is as quick as `toBase64()`, which Node 24 does not have.
 */
export function appendMessage(audio: Uint8Array): Buffer {
  const base64 = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64');
  const message = Buffer.allocUnsafe(BEFORE.length + base64.length + AFTER.length);
  BEFORE.copy(message);
  message.write(base64, BEFORE.length, 'latin1');
  AFTER.copy(message, BEFORE.length + base64.length);
  return message;
}

const BEFORE = Buffer.from('{"type":"input_audio_buffer.append","audio":"');
const AFTER = Buffer.from('"}');
