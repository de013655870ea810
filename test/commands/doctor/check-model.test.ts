import { afterEach, describe, expect, it } from 'vitest';
import { checkModel, hearAnswer } from '../../../src/commands/doctor/check-model.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import type { ResponseRequest, SessionEvent, SpeechModel } from '../../../src/ports/session.ts';
import {
  type Misbehaviour,
  type PracticeModel,
  startPracticeModel,
} from '../../../src/practice/model/index.ts';
import { CAPABILITIES } from '../../../src/testing/scripted-model.ts';
import { TestClock } from '../../support/test-clock.ts';

const part = { responseId: 'r1', itemId: 'i1', contentIndex: 0 };
const READY = {
  type: 'ready',
  capabilities: { ...CAPABILITIES, formats: { input: 'pcm24', output: 'pcm24' } },
} as const;
const STARTED = { type: 'response_started', responseId: 'r1', requestId: 'check' } as const;
const DONE = { type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null } as const;
const WORDS = { type: 'words', part, text: 'Hello, this is a short check of the line.' } as const;

function sound(ms: number, level = 6_000): SessionEvent {
  const samples = Int16Array.from({ length: ms * 24 }, (_, i) => Math.round(level * Math.sin(i / 20)));
  return { type: 'audio', part, audio: new Uint8Array(samples.buffer) };
}

/** A model that is ready, and does this when it is asked to speak. */
function aModel(...answer: readonly SessionEvent[]) {
  const clock = new TestClock();
  const asked: ResponseRequest[] = [];
  const quiet = () => {};
  let isClosed = false;
  const model: SpeechModel = {
    open(_setup, tell) {
      clock.after(0, () => tell(READY));
      return {
        backlogBytes: 0,
        respond(want) {
          asked.push(want);
          for (const event of answer) clock.after(1, () => tell(event));
        },
        hear: quiet,
        cancel: quiet,
        truncate: quiet,
        add: quiet,
        askOutOfBand: quiet,
        update: quiet,
        commitTurn: quiet,
        discardTurn: quiet,
        close() {
          isClosed = true;
        },
      };
    },
  };
  const heard = async () => {
    const hearing = hearAnswer(model, clock);
    clock.advance(20_000);
    return await hearing;
  };
  return { heard, asked, clock, isClosed: () => isClosed };
}

const theDoctor = async (baseUrl: string, secret = 'key') => {
  const findings = await checkModel(
    {
      openai: { baseUrl, model: 'gpt-realtime-2.1', key: { kind: 'bearer', secret } },
      openaiDefaults: { audio: 'pcm24', voice: 'marin', transcription: null },
    },
    systemClock,
  );
  return findings.map(({ state, about, text }) => `${state} ${about}: ${text}`);
};

describe('the doctor, listening to the model', () => {
  it('hears an answer before it says that there would be one', async () => {
    const { heard, asked, isClosed, clock } = aModel(STARTED, WORDS, sound(2_400), DONE);

    expect(await heard()).toEqual({
      answer: { type: 'heard', soundMs: 2_400, afterMs: 1, format: 'pcm24' },
      oddities: [],
      openAfterMs: 0,
    });
    expect(asked).toMatchObject([{ withoutTools: true }]);
    expect([isClosed(), clock.timers]).toEqual([true, 0]);
  });

  it.each<[string, object, readonly SessionEvent[]]>([
    ['no answer begins', { type: 'nothing_began' }, []],
    ['an answer has no sound', { type: 'without_sound' }, [STARTED, DONE]],
    ['an answer never comes to anything', { type: 'without_sound' }, [STARTED]],
    ['it is written', { type: 'in_writing' }, [STARTED, { type: 'writing', part, text: 'Hello' }, DONE]],
    ['its sound is silence', { type: 'silent_sound' }, [STARTED, WORDS, sound(2_000, 100), DONE]],
    [
      'its sound is in another format than it says',
      { type: 'wrong_speed', words: 9 },
      [STARTED, WORDS, sound(400), DONE],
    ],
    [
      'its sound is in another format than it says, the other way round',
      { type: 'wrong_speed', words: 9 },
      [STARTED, WORDS, sound(14_000), DONE],
    ],
    [
      'the answer fails',
      { type: 'failed', why: 'insufficient_quota' },
      [STARTED, sound(500), { ...DONE, outcome: 'failed', reason: 'insufficient_quota' }],
    ],
    [
      'the answer is refused',
      { type: 'refused', why: 'rejected' },
      [{ type: 'response_refused', requestId: 'check', because: 'rejected' }],
    ],
    [
      'the model goes away',
      { type: 'lost', wasOpen: true, detail: 'closed_1011' },
      [STARTED, { type: 'lost', reason: 'dropped', detail: 'closed_1011' }],
    ],
  ])('says what is wrong when %s', async (_what, answer, events) => {
    const { heard, isClosed, clock } = aModel(...events);

    expect((await heard()).answer).toMatchObject(answer);
    expect([isClosed(), clock.timers]).toEqual([true, 0]);
  });

  it('passes on what was odd on the way', async () => {
    const { heard } = aModel(
      { type: 'problem', code: 'unknown_event_voice.delta' },
      STARTED,
      sound(2_000),
      DONE,
    );

    expect((await heard()).oddities).toEqual(['unknown_event_voice.delta']);
  });
});

describe('the doctor, before a server', () => {
  const running: PracticeModel[] = [];
  const aServer = async (misbehave: Misbehaviour = {}) => {
    const server = await startPracticeModel({ misbehave });
    running.push(server);
    return server.baseUrl;
  };
  afterEach(async () => {
    for (const server of running.splice(0)) await server.close();
  });

  it.each<[string, Misbehaviour]>([
    ['as the vendor does', {}],
    ['under the names of the beta', { oldNames: true }],
    ['without saying which part of an item it speaks', { withoutFields: ['content_index'] }],
  ])('hears one that speaks %s', async (_how, misbehave) => {
    const lines = await theDoctor(await aServer(misbehave));

    expect(lines).toEqual([
      expect.stringMatching(/^good key: /),
      expect.stringMatching(/^good conversation: .* was open after \d+ ms/),
      expect.stringMatching(/^good answer: .* was heard after \d+ ms: \d+\.\d s of sound, PCM at 24 kHz/),
    ]);
  });

  it('finds one mute whose sound nobody here understands, and says what it says instead', async () => {
    const baseUrl = await aServer({
      tamper: (event) => [
        event.type === 'response.output_audio.delta' ? { ...event, type: 'response.voice.delta' } : event,
      ],
    });

    const lines = await theDoctor(baseUrl);

    expect(lines.slice(2)).toEqual([
      expect.stringContaining('unknown_event_response.voice.delta'),
      expect.stringMatching(/^bad answer: .*nothing of it could be heard: a call would be silent/),
    ]);
  });

  it('says which variable has a key that is not accepted', async () => {
    const lines = await theDoctor(await aServer(), 'wrong');

    expect(lines).toEqual([
      expect.stringMatching(/^bad key: 127\.0\.0\.1:\d+, from OPENAI_BASE_URL.*Check OPENAI_API_KEY/),
    ]);
  });

  it('says which variable has an address where nobody is', async () => {
    const lines = await theDoctor('http://127.0.0.1:1/v1');

    expect(lines).toEqual([expect.stringMatching(/^bad key: 127\.0\.0\.1:1, from OPENAI_BASE_URL, /)]);
  });
});
