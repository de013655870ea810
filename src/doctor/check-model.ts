import type { Config } from '../config.ts';
import { authorization, type OpenAIAccess, openAIRealtime } from '../models/openai/index.ts';
import type { Clock } from '../ports/clock.ts';
import type { SessionEvent, SessionLost } from '../ports/model.ts';
import { bad, because, type Finding, good, note } from './finding.ts';

/** The key, the model behind it, and whether a conversation with it can be opened. */
export async function checkModel(config: Config, clock: Clock): Promise<readonly Finding[]> {
  const { openai } = config;
  if (!openai) {
    return [
      note('model', 'No OPENAI_API_KEY: the practice model answers. Set the key to talk to a real one.'),
    ];
  }
  const known = await askForModel(openai);
  if (known.state === 'bad') return [known];
  return [known, await openConversation(config, openai, clock)];
}

async function askForModel(openai: OpenAIAccess): Promise<Finding> {
  const { baseUrl, model, key } = openai;
  const url = `${baseUrl}/models/${encodeURIComponent(model)}`;
  try {
    const response = await fetch(url, {
      headers: authorization(key),
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    await response.body?.cancel();
    if (response.ok) return good('key', `${new URL(baseUrl).host} accepts the key, and knows ${model}.`);
    if (response.status === 401) {
      return bad(
        'key',
        `${new URL(baseUrl).host} does not accept the key. Check OPENAI_API_KEY for a copy that is whole and in force.`,
      );
    }
    // Compatible servers and Azure have no such list; whether a conversation opens is what counts.
    return note('key', `${url} answered ${response.status}; some servers have no list of models.`);
  } catch (error) {
    return bad('key', `${url} cannot be reached ${because(error)}. Check OPENAI_BASE_URL and the network.`);
  }
}

async function openConversation(config: Config, openai: OpenAIAccess, clock: Clock): Promise<Finding> {
  const startedAt = clock.now();
  const model = openAIRealtime(openai, config.openaiDefaults, clock);
  const outcome = await new Promise<SessionEvent>((resolve) => {
    const keepAlive = setInterval(() => {}, REQUEST_MS);
    const session = model.open(PROBE, (event) => {
      if (event.type !== 'ready' && event.type !== 'lost') return;
      clearInterval(keepAlive);
      session.close();
      resolve(event);
    });
  });
  if (outcome.type === 'lost') {
    return bad(
      'conversation',
      `A conversation with ${openai.model} could not be opened (${outcome.detail}). ${REPAIRS[outcome.reason]}`,
    );
  }
  const ms = Math.round(clock.now() - startedAt);
  return good('conversation', `A conversation with ${openai.model} was open after ${ms} ms.`);
}

const PROBE = {
  instructions: 'This is a check of the connection. Say nothing.',
  tools: [],
  remoteTools: [],
  output: 'speech',
  turnTaking: {
    detection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
    isLedByUs: false,
  },
} as const;

const REPAIRS = {
  refused: 'Check that the key may use this model, and REALTIME_MODEL for its exact name.',
  limited: 'The account has no capacity left at the moment: see its limits and its billing.',
  unreachable: 'Check OPENAI_BASE_URL, the network, and that nothing in between blocks web sockets.',
  wrong_format:
    'The server does not speak the sound format asked for: try the other value of REALTIME_AUDIO.',
  dropped: 'The server closed it at once: see the account’s status.',
  expired: 'The server closed it at once: see the account’s status.',
} as const satisfies Record<SessionLost, string>;

const REQUEST_MS = 10_000;
