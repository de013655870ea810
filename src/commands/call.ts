import { readFile } from 'node:fs/promises';
import { encodeMulaw } from '../audio/g711.ts';
import { channelSamples, readWav } from '../audio/wav.ts';
import { systemClock } from '../ports/clock.ts';
import type { PracticeScript } from '../ports/practice-script.ts';
import { Caller, type CallerNews } from '../practice/phone/caller.ts';
import { DIAL_DEFAULTS, type DialOptions } from '../practice/phone/dial.ts';
import { differences, outcomeOf, readPracticeScript, replaying } from '../practice/phone/replay.ts';
import { DEFAULT_SCRIPT, SCRIPTS, type Script } from '../practice/phone/scripts.ts';
import { leave, readFlags, wholeNumber } from './command-line.ts';

/** `npm run call`: a practice phone that rings any running server the way Twilio does. */
const HELP = `npm run call -- [options]

  --url URL        the server to ring (${DIAL_DEFAULTS.url})
  --script NAME    what the caller does: ${Object.keys(SCRIPTS).join(', ')} (${DEFAULT_SCRIPT})
  --wav FILE       say this instead: a WAV file, 8 kHz, one channel, PCM16 or μ-law
  --replay FILE    do what the caller of a real call did: “Make this call a test” on its page gives the file
                   with 0 if it went as it went: the tools that were used, and why it ended
  --password WORD  the server's REVIEW_PASSWORD, where one is set: what came of a replay is read there
  --calls N        so many callers at once (1)
  --seconds S      hang up after so long (else after 120, and then it did not go well)
  --jitter MS      frames leave up to so much late (0)
  --loss PERCENT   so many frames never leave (0)
  --late-marks MS  marks come back up to so much late (0)
  --token TOKEN    sign requests with this TWILIO_AUTH_TOKEN, as Twilio does
`;

const options = readOptions();
const replay = options.replay === undefined ? null : await readReplay(options.replay);
const script = replay ? null : await chosenScript();
const dialing: DialOptions = {
  ...DIAL_DEFAULTS,
  ...(replay && numbersOf(replay)),
  url: options.url,
  authToken: options.token ?? null,
  faults: { jitterMs: options.jitter, lossShare: options.loss / 100, marksLateMs: options.lateMarks },
};

const results = await Promise.all(Array.from({ length: options.calls }, (_, i) => place(i + 1)));
const failed = results.filter((wentWell) => !wentWell).length;
if (options.calls > 1) console.log(`${options.calls - failed} of ${options.calls} calls went well.`);
process.exit(failed === 0 ? 0 : 1);

async function place(number: number): Promise<boolean> {
  const startedAt = systemClock.now();
  const show = (text: string) => {
    const seconds = ((systemClock.now() - startedAt) / 1000).toFixed(2).padStart(6);
    console.log(`${options.calls > 1 ? `#${number} ` : ''}${seconds} s  ${text}`);
  };
  const caller = new Caller((news) => show(textOf(news)));
  let timeIsUp = false;
  const hangUp = () => {
    timeIsUp = true;
    show(`the caller hangs up, after ${options.seconds} s`);
    void caller.hangUp();
  };
  try {
    show(`rings ${options.url}`);
    if (!(await caller.ring(dialing))) return false;
    const hangsUp = setTimeout(hangUp, options.seconds * 1000);
    const wentWell = replay ? await replayed(replay, caller, show) : ((await script?.(caller)) ?? false);
    clearTimeout(hangsUp);
    await caller.untilTheEnd(0);
    return wentWell || (timeIsUp && options.hasSeconds && !replay);
  } catch (error) {
    show(explain(error));
    return false;
  }
}

/** Does again what was done that day, and says what went otherwise. */
async function replayed(
  then: PracticeScript,
  caller: Caller,
  show: (text: string) => void,
): Promise<boolean> {
  const missing = await replaying(then)(caller);
  await caller.hangUp();
  await caller.untilTheEnd(0);
  const now = await outcomeOf(options.url, caller.callSid ?? '', options.password);
  const found = [...(missing === null ? [] : [missing]), ...differences(then.outcome, now)];
  for (const difference of found) show(`otherwise than that day: ${difference}`);
  if (found.length === 0) show(`went as it went that day: ${[...now.tools, now.endReason].join(', ')}`);
  return found.length === 0;
}

/** Which number is called may decide who answers, and who calls what is known of them; names of browsers are no numbers. */
function numbersOf({ from, to }: PracticeScript): Partial<Pick<DialOptions, 'from' | 'to'>> {
  const isNumber = (text: string) => /^\+\d{3,15}$/.test(text);
  return { ...(isNumber(from) && { from }), ...(isNumber(to) && { to }) };
}

function textOf(news: CallerNews): string {
  switch (news.type) {
    case 'connected':
      return 'the line is open';
    case 'agent_speaks':
      return 'the agent speaks';
    case 'agent_is_quiet':
      return `the agent is quiet, after ${(news.spokeMs / 1000).toFixed(1)} s`;
    case 'agent_was_cut_off':
      return 'the agent gives way';
    case 'caller_says':
      return `caller: “${news.text}”`;
    case 'caller_presses':
      return `caller presses ${news.keys}`;
    case 'carrier_says':
      return `carrier: “${news.sentence}”`;
    case 'line_closed':
      return `the line is closed, by the ${news.by}`;
  }
}

function readOptions() {
  const flags = readFlags('call', {
    url: { type: 'string', default: DIAL_DEFAULTS.url },
    script: { type: 'string', default: DEFAULT_SCRIPT },
    wav: { type: 'string' },
    replay: { type: 'string' },
    password: { type: 'string' },
    calls: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    jitter: { type: 'string', default: '0' },
    loss: { type: 'string', default: '0' },
    'late-marks': { type: 'string', default: '0' },
    token: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (flags.help) leave(HELP, 0);
  return {
    ...flags,
    url: address(flags.url),
    password: flags.password ?? null,
    jitter: upTo(1_000, '--jitter', flags.jitter),
    loss: upTo(100, '--loss', flags.loss),
    lateMarks: upTo(5_000, '--late-marks', flags['late-marks']),
    calls: wholeNumber('--calls', flags.calls, 1, 1_000),
    seconds: wholeNumber('--seconds', flags.seconds ?? '120', 1, 86_400),
    hasSeconds: flags.seconds !== undefined,
  };
}

function address(text: string): string {
  const url = URL.parse(text);
  return url?.protocol === 'http:' || url?.protocol === 'https:'
    ? text.replace(/\/+$/, '')
    : leave(`--url must be an address such as ${DIAL_DEFAULTS.url}, not "${text}".`, 2);
}

function upTo(most: number, name: string, text: string): number {
  const number = text.trim() === '' ? Number.NaN : Number(text);
  return number >= 0 && number <= most
    ? number
    : leave(`${name} must be a number from 0 to ${most}, not "${text}".`, 2);
}

async function chosenScript(): Promise<Script> {
  return options.wav === undefined ? scriptNamed(options.script) : speaking(await readVoice(options.wav));
}

async function readReplay(file: string): Promise<PracticeScript> {
  try {
    return readPracticeScript(await readFile(file, 'utf8'));
  } catch (error) {
    return leave(`${file} is no practice script: ${error instanceof Error ? error.message : error}`, 2);
  }
}

function scriptNamed(name: string): Script {
  const names = Object.keys(SCRIPTS).join(', ');
  return SCRIPTS[name] ?? leave(`There is no script "${name}". There are: ${names}.`, 2);
}

async function readVoice(file: string): Promise<Uint8Array> {
  try {
    const sound = readWav(await readFile(file));
    if (sound.sampleRate !== 8000) throw new Error(`it has ${sound.sampleRate} samples per second`);
    return encodeMulaw(channelSamples(sound, 0));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return leave(
      `${file} cannot be spoken: ${why}. A telephone's sound is wanted: sox IN -r 8000 -c 1 OUT.wav`,
      2,
    );
  }
}

/** Listens to the greeting, says this, hears the answer out, hangs up. */
function speaking(voice: Uint8Array): Script {
  return async (caller) => {
    await caller.untilAgentIsQuiet();
    await caller.speak(voice);
    const wasAnswered = await caller.untilAgentIsQuiet();
    await caller.hangUp();
    return wasAnswered;
  };
}

function explain(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  const isRefused =
    cause instanceof AggregateError ||
    (cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED');
  if (isRefused) return `Nobody answers at ${options.url}. Start a server there first: npm start`;
  return error instanceof Error ? error.message : String(error);
}
