import { systemClock } from '../../../src/ports/clock.ts';
import {
  type PracticeModel,
  type PracticeSession,
  practiceEars,
  startPracticeModel,
} from '../../../src/practice/model/index.ts';
import { ANSWER_MS, LEVEL } from './answer.ts';
import { type ListeningPhone, pause } from './listening-phone.ts';

/** A practice model that answers everything at the same length. */
export interface TalkingModel {
  readonly baseUrl: string;
  /** Has these phones ring there, one after the other, so that it is known which conversation is whose. */
  ring(phones: readonly ListeningPhone[], url: string): Promise<void>;
  close(): Promise<void>;
}

export async function aTalkingModel(): Promise<TalkingModel> {
  const samples = new Int16Array(ANSWER_MS * 24).fill(LEVEL);
  const phoneOf = new WeakMap<PracticeSession, ListeningPhone>();
  let ringing: ListeningPhone | null = null;
  const model: PracticeModel = await startPracticeModel({
    habits: { speechFactor: Number.POSITIVE_INFINITY }, // whatever is late then is not late from here
    ears: { ...practiceEars, recognise: () => null },
    brain: {
      answer({ items, modality }) {
        if (modality === 'text') return { outputs: [{ type: 'text', text: '{"summary":"They listened."}' }] };
        const wasAsked = items.some(({ type }) => type === 'user');
        return wasAsked
          ? { outputs: [{ type: 'speech', text: 'A level.', samples }], thinkMs: 200 }
          : { outputs: [] };
      },
    },
    onClientEvent(event, session) {
      if (ringing && !phoneOf.has(session)) {
        phoneOf.set(session, ringing);
        ringing = null;
      }
      if (event.type !== 'input_audio_buffer.append') return;
      const bytes = Buffer.byteLength(event.audio, 'base64'); // PCM16 at 24 kHz: six for one of the telephone's
      phoneOf.get(session)?.reachedModel(bytes / 6, systemClock.now());
    },
  });
  return {
    baseUrl: model.baseUrl,
    async ring(phones, url) {
      for (const phone of phones) {
        ringing = phone;
        await phone.ring(url);
        while (ringing !== null) await pause(1);
      }
    },
    close: () => model.close(),
  };
}
