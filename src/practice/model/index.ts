/**
 * The practice model: a Realtime server for practice, demos and tests. It speaks the vendor's protocol, hears with
 * voice detection of its own, understands the practice sentences by their sound, and answers from a small script.
 */
import { systemClock } from '../../ports/clock.ts';
import { recognise } from '../hearing/recogniser.ts';
import { VoiceActivity } from '../hearing/voice-activity.ts';
import { type Clip, clips, type Speaker, speak, spelledWords } from '../voice.ts';
import type { Ears } from './brain.ts';
import { dialogue, type Voice } from './dialogue.ts';
import { reachRemoteServer } from './remote-tools.ts';
import { ModelServer, type PracticeModel, type PracticeModelOptions } from './server.ts';
import { HABITS } from './session-context.ts';

export type { Brain, Ears, Ending, Heard, Output, Plan, Prompt, PromptItem } from './brain.ts';
export type { Misbehaviour } from './misbehaviour.ts';
export type { McpTool, RemoteResult, RemoteServer } from './remote-tools.ts';
export type { PracticeModel, PracticeModelOptions, PracticeSession } from './server.ts';
export type { Habits } from './session-context.ts';

/** Starts one and waits until it listens. Whoever starts it closes it. */
export async function startPracticeModel(options: PracticeModelOptions = {}): Promise<PracticeModel> {
  const { host = '127.0.0.1', misbehave = {} } = options;
  const server = new ModelServer({
    ...options,
    host,
    misbehave,
    port: options.port ?? 0,
    brain: options.brain ?? dialogue(practiceVoice()),
    ears: options.ears ?? openEars(),
    habits: { ...HABITS, ...options.habits },
    clock: options.clock ?? systemClock,
    reach: options.reach ?? reachRemoteServer,
    wrongKey: options.wrongKey ?? 'wrong',
  });
  const port = await server.listen();
  return {
    baseUrl: `${options.tls ? 'https' : 'http'}://${inAddress(host)}:${port}/v1`,
    get sessions() {
      return server.sessions;
    },
    misbehave,
    close: () => server.close(),
  };
}

/** Where a server that listens everywhere can be found from here; IPv6 stands in brackets. */
function inAddress(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** What the sentences sound like is learnt here, and not while the first caller waits for an answer. */
function openEars(): Ears {
  practiceEars.recognise(new Int16Array(0), 8_000);
  return practiceEars;
}

/** Real ears: voice detection, and the practice sentences known by their sound. */
export const practiceEars: Ears = {
  listen: (settings) => new VoiceActivity(settings),
  recognise,
};

/** Sentences put together from words are kept, so that each is put together and encoded once. */
const MOST_KEPT = 100;

/** A real voice: the recorded sentences, and whatever can be put together from recorded words. */
export function practiceVoice(): Voice {
  const spoken = new Map<string, Int16Array>();
  return {
    sentences: textsByName('agent'),
    utterances: textsByName('caller'),
    canSay: (text) => spelledWords(text).length === 0,
    speak(text) {
      const samples = spoken.get(text) ?? speak(text);
      if (spoken.size >= MOST_KEPT) spoken.clear();
      spoken.set(text, samples);
      return samples;
    },
  };
}

function textsByName(speaker: Speaker): ReadonlyMap<string, string> {
  const isSentence = (clip: Clip) => clip.speaker === speaker && clip.kind === 'sentence';
  return new Map(clips().flatMap((clip) => (isSentence(clip) ? [[clip.name, clip.text]] : [])));
}
