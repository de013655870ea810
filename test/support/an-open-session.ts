import { expect, vi } from 'vitest';
import { aModelServer } from './a-model-server.ts';

/** What an answer is said to consist of. */
export const part = { responseId: 'r1', itemId: 'i1', contentIndex: 0 };

/** One with a model's server that has just opened. */
export async function aSession() {
  const server = await aModelServer();
  await server.opens();
  server.events.length = 0;
  server.received.length = 0;
  return server;
}

/** A word of the server's that makes itself heard: what came before it has been dealt with. */
export async function settled({ send, events }: Awaited<ReturnType<typeof aSession>>): Promise<void> {
  send({ type: 'input_audio_buffer.speech_stopped', item_id: 'settled', audio_end_ms: 0 });
  await vi.waitFor(() => expect(events.some((event) => event.type === 'speech_stopped')).toBe(true));
  events.splice(
    events.findIndex((event) => event.type === 'speech_stopped'),
    1,
  );
}
