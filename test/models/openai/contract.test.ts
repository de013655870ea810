import { afterEach, vi } from 'vitest';
import { encodeMulaw } from '../../../src/audio/g711.ts';
import { openAIRealtime } from '../../../src/models/openai/index.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import type { SessionEvent } from '../../../src/ports/session.ts';
import type { Output } from '../../../src/practice/model/brain.ts';
import { type PracticeModel, startPracticeModel } from '../../../src/practice/model/index.ts';
import { describeSession, type ModelAnswer } from '../../contracts/session.ts';
import { tone, toneEars } from '../../practice/model/support/tones.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

const TOOL = { name: 'look_up', description: 'Looks it up.', parameters: { type: 'object', properties: {} } };

describeSession('the Realtime API', async () => {
  const answers: ModelAnswer[] = [];
  const events: SessionEvent[] = [];
  const practice: PracticeModel = await startPracticeModel({
    ears: toneEars,
    brain: { answer: () => ({ outputs: answers.splice(0, 1).map(output) }) },
    habits: { thinkMs: 0, speechFactor: 50, pieceMs: 100 },
  });
  open.push(practice);
  const model = openAIRealtime(
    {
      baseUrl: practice.baseUrl,
      model: 'gpt-realtime-2.1',
      key: { kind: 'bearer', secret: 'practice' },
    },
    { audio: 'pcmu', voice: 'marin', transcription: { model: 'gpt-realtime-whisper', language: null } },
    systemClock,
  );
  const session = model.open(
    {
      instructions: 'Be brief.',
      tools: [TOOL],
      remoteTools: [],
      output: 'speech',
      turnTaking: {
        detection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
        isLedByUs: true,
      },
    },
    (event) => void events.push(event),
  );
  open.push(session);
  return {
    session,
    events,
    answersWith: (...more) => void answers.push(...more),
    becomesReady: async () => {},
    async callerSpeaks() {
      session.hear(encodeMulaw(tone(400, 800, 8_000)));
      session.hear(new Uint8Array(8_000).fill(0xff));
    },
    breaksOff: () => practice.close(),
    until: (holds) => vi.waitFor(holds, { timeout: 5_000, interval: 5 }),
  };
});

function output(answer: ModelAnswer): Output {
  if (answer.type === 'tool') return { type: 'call', name: answer.name, arguments: answer.args };
  return { type: 'speech', text: answer.text, samples: tone(500, answer.ms) };
}
