/**
 * The practice model: a Realtime server for practice, demos and tests. It speaks the vendor's protocol, hears with
 * voice detection of its own, understands the practice sentences by their sound, and answers from a small script.
 */
import { systemClock } from '../../ports/clock.ts';
import type { Ears } from './brain.ts';
import { dialogue } from './dialogue.ts';
import { reachRemoteServer } from './remote-tools.ts';
import { practiceEars, practiceVoice } from './senses.ts';
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
