import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { AudioFormat } from '../audio/format.ts';
import type { TwilioAccess } from '../carriers/twilio/index.ts';
import { RingdownError } from '../errors.ts';
import type { OpenAIAccess, OpenAIDefaults } from '../models/openai/index.ts';

/** Everything that can be set from outside, checked. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** The address the carrier uses; null: `http://localhost` and the port, or what a trusted proxy says. */
  readonly publicUrl: string | null;
  /** Hops whose forwarded headers are believed, in Express's own terms. */
  readonly trustProxy: string | number | false;
  /** Null is practice mode: the practice model answers. */
  readonly openai: OpenAIAccess | null;
  readonly openaiDefaults: OpenAIDefaults;
  readonly twilioAuthToken: string | null;
  /** What signatures may be made with besides, while one token takes the other's place. */
  readonly oldTwilioAuthToken: string | null;
  readonly twilioAccount: TwilioAccess | null;
  /** One folder per agent. */
  readonly agentsDir: string;
  /** Changed agents are read anew: the next call has them. */
  readonly watchesAgents: boolean;
  /** All of it, for agents that name variables of their own. */
  readonly environment: Environment;
  readonly dataDir: string;
  /** Where calls are logged; null: in `dataDir`. */
  readonly databaseUrl: string | null;
  /** Two for a role while one takes the other's place. */
  readonly passwords: { readonly operator: readonly string[]; readonly viewer: readonly string[] };
  /**
   * Something is configured for others than this machine: they may come in through it, and whoever seems to sit at it
   * may be anybody. Then nothing is open without a word.
   */
  readonly isPublic: boolean;
  readonly metricsToken: string | null;
  /** Who is told of finished calls; null: nobody. */
  readonly callWebhook: CallWebhook | null;
  readonly maxCalls: number;
  readonly drainMs: number;
  readonly logLevel: LogLevel;
}

export interface CallWebhook {
  readonly url: string;
  readonly secret: string;
  readonly allowedOrigins: readonly string[];
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What is in force where the environment says nothing. `.env.example` lists the same. */
export const DEFAULTS = {
  PORT: '3000',
  HOST: '',
  PUBLIC_URL: '',
  TRUST_PROXY: '',
  OPENAI_API_KEY: '',
  OPENAI_BASE_URL: 'https://api.openai.com/v1',
  AZURE_OPENAI_API_KEY: '',
  REALTIME_MODEL: 'gpt-realtime-2.1',
  REALTIME_VOICE: 'marin',
  REALTIME_AUDIO: 'pcm',
  TRANSCRIPTION_MODEL: 'gpt-realtime-whisper',
  TRANSCRIPTION_LANGUAGE: '',
  TWILIO_ACCOUNT_SID: '',
  TWILIO_AUTH_TOKEN: '',
  TWILIO_AUTH_TOKEN_OLD: '',
  TWILIO_API_URL: '',
  AGENTS_DIR: '',
  DATA_DIR: './data',
  DATABASE_URL: '',
  REVIEW_PASSWORD: '',
  REVIEW_PASSWORD_OLD: '',
  REVIEW_VIEWER_PASSWORD: '',
  REVIEW_VIEWER_PASSWORD_OLD: '',
  METRICS_TOKEN: '',
  CALL_WEBHOOK_URL: '',
  CALL_WEBHOOK_SECRET: '',
  CALL_WEBHOOK_ORIGINS: '',
  MAX_CALLS: '100',
  DRAIN_SECONDS: '300',
  LOG_LEVEL: 'info',
} as const;

type Variable = keyof typeof DEFAULTS;
export type Environment = Readonly<Record<string, string | undefined>>;

/** `.env` if there is one, and the process's own environment, which wins. */
export function processEnvironment(): Environment {
  try {
    process.loadEnvFile();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  return process.env;
}

/** Checks everything, and says everything that is wrong at once. */
export function readConfig(environment: Environment): Config {
  const read = new Reader(environment);
  const port = read.wholeNumber('PORT', 0, 65_535);
  const publicUrl = read.address('PUBLIC_URL');
  const trustProxy = readTrust(read);
  const twilioAuthToken = read.optional('TWILIO_AUTH_TOKEN');
  const host = read.optional('HOST') ?? (twilioAuthToken ? '0.0.0.0' : '127.0.0.1');
  const waysIn = waysInFor({ publicUrl, host, trustProxy });
  const config = {
    port,
    host,
    publicUrl,
    trustProxy,
    openai: readOpenAI(read),
    openaiDefaults: {
      audio: AUDIO[read.oneOf('REALTIME_AUDIO', ['pcm', 'pcmu'])],
      voice: read.text('REALTIME_VOICE'),
      transcription: readTranscription(read),
    },
    twilioAuthToken,
    oldTwilioAuthToken: read.both('TWILIO_AUTH_TOKEN', 'TWILIO_AUTH_TOKEN_OLD')[1] ?? null,
    twilioAccount: readTwilioAccount(read, twilioAuthToken),
    agentsDir: resolve(read.optional('AGENTS_DIR') ?? join(import.meta.dirname, '../examples')),
    watchesAgents: environment['NODE_ENV'] !== 'production',
    environment,
    dataDir: resolve(read.text('DATA_DIR')),
    databaseUrl: readDatabase(read),
    passwords: {
      operator: read.both('REVIEW_PASSWORD', 'REVIEW_PASSWORD_OLD'),
      viewer: read.both('REVIEW_VIEWER_PASSWORD', 'REVIEW_VIEWER_PASSWORD_OLD'),
    },
    // The carrier of those calls is outside, and something brings them here.
    isPublic: waysIn.length > 0 || twilioAuthToken !== null,
    metricsToken: read.optional('METRICS_TOKEN'),
    callWebhook: readWebhook(read),
    maxCalls: read.wholeNumber('MAX_CALLS', 1, 10_000),
    drainMs: read.wholeNumber('DRAIN_SECONDS', 0, 86_400) * 1000,
    logLevel: read.oneOf('LOG_LEVEL', LOG_LEVELS),
  } satisfies Config;

  const how = waysIn.join(', ');
  if (config.openai && !twilioAuthToken && waysIn.length > 0) {
    read.complain(
      'TWILIO_AUTH_TOKEN',
      `is needed when others than this machine can come in (${how}): without it anybody can place calls that your OPENAI_API_KEY pays for. Set it, or leave HOST, PUBLIC_URL and TRUST_PROXY out.`,
    );
  }
  if (config.passwords.operator.length === 0 && waysIn.length > 0) {
    read.complain(
      'REVIEW_PASSWORD',
      `is needed when others than this machine can come in (${how}): without it they could read every call and place new ones. Set a long one, such as \`openssl rand -hex 16\` makes, or set HOST=127.0.0.1 and leave PUBLIC_URL and TRUST_PROXY out.`,
    );
  }
  read.finish();
  return config;
}

/** What lets others than this machine in, in the words of the configuration. */
function waysInFor({ publicUrl, host, trustProxy }: Pick<Config, 'publicUrl' | 'host' | 'trustProxy'>) {
  const publicName = publicUrl && new URL(publicUrl).hostname;
  return [
    ...(publicName && !isLoopback(publicName) ? [`PUBLIC_URL is ${publicName}`] : []),
    ...(isLoopback(host) ? [] : [`HOST is ${host}`]),
    ...(trustProxy ? ['TRUST_PROXY is set'] : []),
  ];
}

function readOpenAI(read: Reader): OpenAIAccess | null {
  const baseUrl = read.address('OPENAI_BASE_URL') ?? DEFAULTS.OPENAI_BASE_URL;
  const model = read.text('REALTIME_MODEL');
  const azure = read.optional('AZURE_OPENAI_API_KEY');
  const secret = azure ?? read.optional('OPENAI_API_KEY');
  if (secret === null) return isVendors(baseUrl) ? null : { baseUrl, model, key: null };
  if (!/^[\x21-\x7e]+$/.test(secret)) {
    const name = azure === null ? 'OPENAI_API_KEY' : 'AZURE_OPENAI_API_KEY';
    read.complain(name, 'has characters that no key has, such as spaces or an ellipsis: copy it whole.');
  }
  return { baseUrl, model, key: { kind: azure === null ? 'bearer' : 'azure', secret } };
}

/** There nobody is answered without a key; any other server may ask for none. */
function isVendors(baseUrl: string): boolean {
  return /(^|\.)api\.openai\.com$/.test(new URL(baseUrl).hostname);
}

function readDatabase(read: Reader): string | null {
  const url = read.optional('DATABASE_URL');
  if (url === null) return url;
  if (/^postgres(ql)?:\/\//.test(url)) {
    // As pg reads it: where a socket in a folder is meant, there may be no host behind the user.
    if (URL.canParse(url.replace('@/', '@nowhere/'), 'postgres://base')) return url;
    read.complain(
      'DATABASE_URL',
      'cannot be read: # / ? @ and the like in a password have to be written %23, %2F, %3F, %40.',
    );
    return null;
  }
  read.complain(
    'DATABASE_URL',
    'must begin with postgres://, or be left out: calls are then logged in DATA_DIR.',
  );
  return null;
}

function readWebhook(read: Reader): CallWebhook | null {
  const url = read.address('CALL_WEBHOOK_URL');
  const secret = read.optional('CALL_WEBHOOK_SECRET');
  const allowedOrigins = (read.optional('CALL_WEBHOOK_ORIGINS') ?? '')
    .split(',')
    .flatMap((origin) => origin.trim() || []);
  if (url === null) return null;
  if (secret !== null) return { url, secret, allowedOrigins };
  read.complain('CALL_WEBHOOK_SECRET', 'is needed with CALL_WEBHOOK_URL: messages are signed with it.');
  return null;
}

function readTranscription(read: Reader): OpenAIDefaults['transcription'] {
  const model = read.textOrOff('TRANSCRIPTION_MODEL');
  const language = read.optional('TRANSCRIPTION_LANGUAGE');
  return model === '' ? null : { model, language };
}

function readTwilioAccount(read: Reader, authToken: string | null): TwilioAccess | null {
  const accountSid = read.optional('TWILIO_ACCOUNT_SID');
  const apiUrl = read.address('TWILIO_API_URL');
  if (accountSid !== null && !accountSid.startsWith('AC')) {
    read.complain(
      'TWILIO_ACCOUNT_SID',
      `must begin with AC, as the Twilio console shows it, not "${accountSid}".`,
    );
  }
  return accountSid !== null && authToken !== null ? { accountSid, authToken, apiUrl } : null;
}

/** A number of hops or a list of addresses, as Express takes them. Trusting everybody is not on offer. */
function readTrust(read: Reader): string | number | false {
  const value = read.optional('TRUST_PROXY');
  if (value === null || value === 'off') return false;
  if (/^\d+$/.test(value)) return Number(value);
  const isHop = (hop: string) => NAMED_HOPS.has(hop) || isIP(hop.split('/')[0] ?? '') !== 0;
  if (value.split(',').every((hop) => isHop(hop.trim()))) return value;
  read.complain(
    'TRUST_PROXY',
    `must be a number of hops, or addresses such as 10.0.0.0/8 or loopback, with commas between them, not "${value}".`,
  );
  return false;
}

const NAMED_HOPS: ReadonlySet<string> = new Set(['loopback', 'linklocal', 'uniquelocal']);

function isLoopback(host: string): boolean {
  return /^(localhost|\[?::1\]?|127(\.\d{1,3}){3})$/i.test(host);
}

const AUDIO = { pcm: 'pcm24', pcmu: 'pcmu' } as const satisfies Record<string, AudioFormat>;

/** Reads variables one by one, and collects what is wrong with them. */
class Reader {
  readonly #environment: Environment;
  readonly #problems: string[] = [];

  constructor(environment: Environment) {
    this.#environment = environment;
  }

  /** Set to nothing means not set, save where nothing is an answer. */
  text(name: Variable): string {
    return this.#environment[name]?.trim() || DEFAULTS[name];
  }

  textOrOff(name: Variable): string {
    return this.#environment[name]?.trim() ?? DEFAULTS[name];
  }

  optional(name: Variable): string | null {
    return this.text(name) || null;
  }

  /** What is in force, and what still is while that takes its place; nothing where the first is not set. */
  both(name: Variable, oldName: Variable): readonly string[] {
    const [word, old] = [this.optional(name), this.optional(oldName)];
    if (word === null && old !== null)
      this.complain(name, `is needed with ${oldName}, which is what it was before.`);
    return [word, old].flatMap((one) => one ?? []);
  }

  wholeNumber(name: Variable, least: number, most: number): number {
    const text = this.text(name);
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    this.complain(name, `must be a whole number from ${least} to ${most}, not "${text}".`);
    return Number(DEFAULTS[name]);
  }

  oneOf<const Choice extends string>(name: Variable, choices: readonly [Choice, ...Choice[]]): Choice {
    const text = this.text(name);
    const choice = choices.find((candidate) => candidate === text);
    if (choice !== undefined) return choice;
    this.complain(name, `must be one of ${choices.join(', ')}, not "${text}".`);
    return choices[0];
  }

  /** An http(s) address without a slash at its end. Passwords in it are not for logs, so it is not repeated. */
  address(name: Variable): string | null {
    const text = this.optional(name);
    if (text === null) return null;
    const url = URL.parse(text);
    if (url && /^https?:$/.test(url.protocol) && !url.hash) return text.replace(/\/+$/, '');
    this.complain(
      name,
      'must be a whole address such as https://voice.example.com, with https:// or http:// in front.',
    );
    return null;
  }

  complain(name: Variable, sentence: string): void {
    this.#problems.push(`${name} ${sentence}`);
  }

  finish(): void {
    if (this.#problems.length === 0) return;
    throw new RingdownError('BAD_CONFIGURATION', this.#problems.join('\n'));
  }
}
