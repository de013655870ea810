import type { Config } from '../../app/config.ts';
import type { AudioFormat } from '../../audio/format.ts';
import { unreachable } from '../../errors.ts';
import { authorization, hintFor, type OpenAIAccess, openAIRealtime } from '../../models/openai/index.ts';
import type { Clock } from '../../ports/clock.ts';
import { bad, codeOf, type Finding, good, note } from './finding.ts';
import { ANSWER_MS, type Answer, hearAnswer } from './hear-answer.ts';

type ModelConfig = Pick<Config, 'openai' | 'openaiDefaults'>;

/** The key, the model behind it, and whether it can be heard to answer. */
export async function checkModel(config: ModelConfig, clock: Clock): Promise<readonly Finding[]> {
  const { openai } = config;
  if (!openai) {
    return [
      note('model', 'No OPENAI_API_KEY: the practice model answers. Set the key to talk to a real one.'),
    ];
  }
  const known = await askForModel(openai);
  if (known.state === 'bad') return [known];
  return [known, ...(await talk(config, openai, clock))];
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
      return bad('key', hintFor(openai, 'http_401'));
    }
    // Compatible servers and Azure have no such list; whether a conversation opens is what counts.
    return note('key', `${url} answered ${response.status}; some servers have no list of models.`);
  } catch (error) {
    return bad('key', hintFor(openai, codeOf(error)));
  }
}

/** What a call would hear. It costs about a hundredth of a cent for each word. */
async function talk(config: ModelConfig, openai: OpenAIAccess, clock: Clock): Promise<readonly Finding[]> {
  const keepAlive = setInterval(() => {}, REQUEST_MS);
  const model = openAIRealtime(openai, config.openaiDefaults, clock);
  const { answer, oddities, openAfterMs } = await hearAnswer(model, clock);
  clearInterval(keepAlive);
  const opened =
    openAfterMs === null
      ? []
      : [good('conversation', `A conversation with ${openai.model} was open after ${openAfterMs} ms.`)];
  const odd =
    oddities.length === 0
      ? []
      : [note('conversation', `On the way this was noted, as on every call: ${oddities.join(', ')}.`)];
  return [...opened, ...odd, findingOf(answer, openai)];
}

function findingOf(answer: Answer, { model }: OpenAIAccess): Finding {
  switch (answer.type) {
    case 'heard':
      return good(
        'answer',
        `${model} was heard after ${answer.afterMs} ms: ${(answer.soundMs / 1000).toFixed(1)} s of sound, ${FORMATS[answer.format]} as agreed.`,
      );
    case 'lost':
      return answer.wasOpen
        ? bad(
            'answer',
            `${model} went away when it was to answer (${answer.detail}). See the account’s status.`,
          )
        : bad(
            'conversation',
            `A conversation with ${model} could not be opened (${answer.detail}). ${answer.hint ?? ''}`,
          );
    case 'refused':
      return bad('answer', `${model} was asked to answer and refused (${answer.why}). See the lines above.`);
    case 'failed':
      return bad(
        'answer',
        `${model} began to answer and did not finish (${answer.why}). See the account’s limits, its billing and the vendor’s status page.`,
      );
    case 'nothing_began':
      return bad(
        'answer',
        `${model} was asked to answer and had not begun after ${ANSWER_MS / 1000} s. Check that REALTIME_MODEL is a Realtime model that speaks; a server of your own says more in its log.`,
      );
    case 'without_sound':
      return bad(
        'answer',
        `${model} answered, and nothing of it could be heard: a call would be silent. The server may use events that are not known here; see whether a newer version of either knows them.`,
      );
    case 'in_writing':
      return bad(
        'answer',
        `${model} answered in writing where it was to speak. Check that REALTIME_MODEL is a model that speaks.`,
      );
    case 'silent_sound':
      return bad(
        'answer',
        `${model} sent sound with nothing in it: a call would be silent. Check REALTIME_VOICE, and the server’s own log.`,
      );
    case 'wrong_speed':
      return bad(
        'answer',
        `${model} said ${answer.words} words in ${answer.soundMs} ms, which nobody does: it speaks another sound format than it says. Try the other value of REALTIME_AUDIO.`,
      );
    default:
      return unreachable(answer);
  }
}

const FORMATS = { pcm24: 'PCM at 24 kHz', pcmu: 'G.711 μ-law' } as const satisfies Record<
  AudioFormat,
  string
>;

const REQUEST_MS = 10_000;
