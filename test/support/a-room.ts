import { decodeMulaw, encodeMulaw } from '../../src/audio/g711.ts';
import type { Capabilities } from '../../src/ports/session.ts';
import { VoiceActivity } from '../../src/practice/hearing/voice-activity.ts';
import { clipSamples, findClip } from '../../src/practice/voice.ts';
import { aCall } from './a-call.ts';

const FRAME = 160;
export const caller = (name: string) => clipSamples(findClip('caller', name));

/**
 * A caller in a room: what the phone plays comes back from its loudspeaker, and the model's ear is a real one, if it
 * has any.
 */
export function aRoom({
  echoDb = Number.NEGATIVE_INFINITY,
  echoMs = 0,
  interruption = 'confirmed' as 'confirmed' | 'immediate',
  capabilities = {} as Partial<Capabilities>,
} = {}) {
  const story = aCall({
    plan: { interruption },
    capabilities: { answersTurns: false, yieldsToSpeech: false, ...capabilities },
  });
  const ear = new VoiceActivity({
    sampleRate: 8_000,
    threshold: 0.5,
    prefixPaddingMs: 300,
    silenceDurationMs: 500,
  });
  const air = new Int16Array((echoMs / 20 + 1) * FRAME);
  const gain = 10 ** (echoDb / 20);
  const voice: number[] = [];
  let atMs = 0;

  const pass = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 20) {
      story.clock.advance(20);
      air.copyWithin(0, FRAME);
      const played = decodeMulaw(story.phone.takeHeard().slice(0, FRAME));
      air.fill(0, air.length - FRAME);
      air.set(played, air.length - played.length);
      const sound = Int16Array.from({ length: FRAME }, (_, i) => (voice.shift() ?? 0) + (air[i] ?? 0) * gain);
      story.phone.tell({ type: 'audio', audio: encodeMulaw(sound), atMs });
      atMs += 20;
      for (const event of capabilities.hasTurnEvents === false ? [] : ear.push(sound)) {
        if (event.type === 'started') story.model.hearsSpeech();
        else story.model.hearsPause();
      }
    }
  };
  const says = (sound: Int16Array) => voice.push(...sound);
  return { ...story, pass, says };
}

/** A minute of the agent's own voice. */
export function monologue(model: ReturnType<typeof aRoom>['model'], seconds: number) {
  const hours = clipSamples(findClip('agent', 'opening_hours'));
  const speech = encodeMulaw(
    Int16Array.from({ length: seconds * 8_000 }, (_, i) => hours[(i * 3) % hours.length] ?? 0),
  );
  const part = { responseId: 'r1', itemId: 'story', contentIndex: 0 };
  model.starts('r1');
  model.tell({ type: 'audio', part, audio: speech });
  model.tell({ type: 'audio_done', part });
  model.tell({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
}
