import { describe, expect, it } from 'vitest';
import { silence } from '../../../src/audio/format.ts';
import { createTranscoder } from '../../../src/audio/transcode.ts';
import { dialogue } from '../../../src/practice/model/dialogue.ts';
import { practiceEars, practiceVoice } from '../../../src/practice/model/index.ts';
import { clipMulaw, clips, findClip } from '../../../src/practice/voice.ts';
import { aSession, soundOf } from './support/rig.ts';

const FORMATS = {
  pcmu: { type: 'audio/pcmu' },
  pcm24: { type: 'audio/pcm', rate: 24_000 },
} as const;

type Format = keyof typeof FORMATS;

/** A practice model with its own ears, voice and mind, and a caller who speaks the practice sentences. */
function aCall(format: Format) {
  const rig = aSession({ ears: practiceEars, brain: dialogue(practiceVoice()) });
  const audio = { input: { format: FORMATS[format] }, output: { format: FORMATS[format] } };
  rig.send({ type: 'session.update', session: { type: 'realtime', audio } });
  const line = createTranscoder('pcmu', format);
  return {
    ...rig,
    says(name: string) {
      rig.append(line.push(silence('pcmu', 400)));
      rig.append(line.push(clipMulaw(findClip('caller', name))));
      rig.append(line.push(silence('pcmu', 700)));
      rig.clock.advance(5_000);
    },
    answers: () => rig.of('response.output_audio_transcript.done').map(({ transcript }) => transcript),
  };
}

const agent = (name: string) => findClip('agent', name).text;

describe.each(['pcmu', 'pcm24'] as const)('in a practice call over %s', (format) => {
  const sentences = clips().filter(({ speaker, kind }) => speaker === 'caller' && kind === 'sentence');
  const separate = sentences.filter(({ milliseconds }) => milliseconds > 300); // shorter ones start no turn

  it.each(separate.map(({ name }) => name))('understands "%s"', (name) => {
    const { says, session } = aCall(format);

    says(name);

    const heard = session.entries.flatMap((entry) => (entry.heard === null ? [] : [entry.heard.name]));
    expect(heard).toEqual([name]);
  });

  it('greets, informs, repeats itself and says goodbye', () => {
    const { send, clock, says, answers } = aCall(format);

    send({ type: 'response.create' });
    clock.advance(5_000);
    for (const name of ['opening_hours', 'repeat', 'parking', 'goodbye']) says(name);

    expect(answers()).toEqual([
      agent('greeting'),
      agent('opening_hours'),
      agent('opening_hours'),
      agent('parking'),
      agent('goodbye'),
    ]);
  });

  it('speaks for as long as its recording is', () => {
    const { send, clock, events, session } = aCall(format);

    send({ type: 'response.create' });
    clock.advance(5_000);

    const bytes = soundOf(events(), session.entries[0]?.id ?? '').length;
    const ms = bytes / (format === 'pcmu' ? 8 : 48);
    expect(Math.abs(ms - findClip('agent', 'greeting').milliseconds)).toBeLessThan(2);
  });

  it('says that it is the practice model when it hears something else', () => {
    const { says, answers, append, clock } = aCall(format);
    const line = createTranscoder('pcmu', format);

    append(line.push(clipMulaw(findClip('caller', 'parking')).toReversed()));
    append(line.push(silence('pcmu', 700)));
    clock.advance(5_000);
    says('hello');

    expect(answers()).toEqual([agent('practice_notice'), agent('of_course')]);
  });
});

it('speaks a sentence with facts, word by word', () => {
  const { send, clock, last } = aCall('pcm24');
  const say = 'Your order 4217 is ready to collect.';

  send({ type: 'response.create', response: { instructions: `Say exactly: "${say}"` } });
  clock.advance(10_000);

  expect(last('response.output_audio_transcript.done').transcript).toBe(say);
  expect(last('response.done').response.usage?.output_token_details?.audio_tokens).toBeGreaterThan(40);
});
