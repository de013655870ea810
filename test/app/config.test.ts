import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, readConfig } from '../../src/app/config.ts';

describe('the configuration', () => {
  it('is complete without a single variable: practice mode, on loopback', () => {
    expect(readConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: null,
      openai: null,
      twilioAuthToken: null,
      openaiDefaults: {
        audio: 'pcm24',
        voice: 'marin',
        transcription: { model: 'gpt-realtime-whisper', language: null },
      },
    });
  });

  it('listens to the world once requests have to be signed', () => {
    expect(readConfig({ TWILIO_AUTH_TOKEN: 'secret', REVIEW_PASSWORD: 'word' }).host).toBe('0.0.0.0');
  });

  it('prefers an Azure key, and sends it as one', () => {
    const config = readConfig({ OPENAI_API_KEY: 'sk-1', AZURE_OPENAI_API_KEY: 'az-1' });

    expect(config.openai?.key).toEqual({ kind: 'azure', secret: 'az-1' });
  });

  it('takes an address without a key for a server that asks for none, save the vendor’s own', () => {
    const openaiAt = (OPENAI_BASE_URL: string) => readConfig({ OPENAI_BASE_URL }).openai;

    expect(openaiAt('http://127.0.0.1:9000/v1')).toMatchObject({
      baseUrl: 'http://127.0.0.1:9000/v1',
      key: null,
    });
    expect(openaiAt('https://api.openai.com/v1/')).toBeNull();
    expect(openaiAt('https://eu.api.openai.com/v1')).toBeNull();
    expect(openaiAt('')).toBeNull();
  });

  it('turns transcription off when its model is empty, and leaves it on when it is not mentioned', () => {
    expect(readConfig({ TRANSCRIPTION_MODEL: '' }).openaiDefaults.transcription).toBeNull();
    expect(readConfig({ TRANSCRIPTION_LANGUAGE: 'de' }).openaiDefaults.transcription?.language).toBe('de');
  });

  it('takes addresses without the slash at their end', () => {
    const environment = { PUBLIC_URL: 'https://voice.example.com/', REVIEW_PASSWORD: 'word' };

    expect(readConfig(environment).publicUrl).toBe('https://voice.example.com');
  });

  const OPEN = [
    [{ HOST: '0.0.0.0' }, 'HOST is 0.0.0.0'],
    [{ PUBLIC_URL: 'https://voice.example.com' }, 'PUBLIC_URL is voice.example.com'],
    [{ PUBLIC_URL: 'http://192.168.1.5:3000' }, 'PUBLIC_URL is 192.168.1.5'],
    [{ TRUST_PROXY: '1' }, 'TRUST_PROXY is set'],
  ] as const;

  it.each([...OPEN, [{ TWILIO_AUTH_TOKEN: 't' }, 'HOST is 0.0.0.0'] as const])(
    'P6: is not complete without a password for the pages where strangers may come in: %j',
    (open, how) => {
      expect(() => readConfig(open)).toThrow(
        `REVIEW_PASSWORD is needed when others than this machine can come in (${how}`,
      );
      expect(() => readConfig({ ...open, REVIEW_VIEWER_PASSWORD: 'word' })).toThrow(
        'REVIEW_PASSWORD is needed',
      );
      expect(readConfig({ ...open, REVIEW_PASSWORD: 'word' }).isPublic).toBe(true);
    },
  );

  it.each([
    {},
    { HOST: 'localhost', PUBLIC_URL: 'http://127.0.0.1:3000' },
    { HOST: '::1', PUBLIC_URL: 'http://[::1]:3000' },
    { TRUST_PROXY: '0', OPENAI_API_KEY: 'sk-1' },
  ])('leaves the pages open to this machine where nothing comes from outside: %j', (environment) => {
    expect(readConfig(environment).isPublic).toBe(false);
  });

  it('P6: takes calls that are signed for a sign of the outside, wherever it listens', () => {
    expect(readConfig({ TWILIO_AUTH_TOKEN: 't', HOST: '127.0.0.1' }).isPublic).toBe(true);
  });

  it('has two passwords and two tokens while one takes the other’s place', () => {
    const old = {
      REVIEW_PASSWORD_OLD: 'b,c',
      REVIEW_VIEWER_PASSWORD_OLD: 'e',
      TWILIO_AUTH_TOKEN_OLD: 'g',
    };
    const config = readConfig({
      ...old,
      REVIEW_PASSWORD: 'a',
      REVIEW_VIEWER_PASSWORD: 'd',
      TWILIO_AUTH_TOKEN: 'f',
    });

    expect(config).toMatchObject({
      passwords: { operator: ['a', 'b,c'], viewer: ['d', 'e'] },
      twilioAuthToken: 'f',
      oldTwilioAuthToken: 'g',
    });
    for (const name of ['REVIEW_PASSWORD', 'REVIEW_VIEWER_PASSWORD', 'TWILIO_AUTH_TOKEN'])
      expect(() => readConfig(old)).toThrow(`${name} is needed with ${name}_OLD`);
  });

  it.each(OPEN)('lets nobody in without a signature where calls cost money: %j', (open) => {
    const environment = { OPENAI_API_KEY: 'sk-1', REVIEW_PASSWORD: 'word', ...open };

    expect(() => readConfig(environment)).toThrow('TWILIO_AUTH_TOKEN is needed');
    expect(readConfig({ ...environment, TWILIO_AUTH_TOKEN: 'secret' }).openai).not.toBeNull();
  });

  it('refuses a key that was copied with an ellipsis, and does not repeat it', () => {
    expect(() => readConfig({ OPENAI_API_KEY: 'sk-…abc' })).toThrow(
      /^OPENAI_API_KEY has characters(?!.*abc)/,
    );
  });

  it('wants a secret for messages about calls', () => {
    expect(() => readConfig({ CALL_WEBHOOK_URL: 'https://crm.example.com' })).toThrow('CALL_WEBHOOK_SECRET');
  });

  it('says everything that is wrong at once, with field, value and repair', () => {
    const environment = {
      PORT: '99999',
      PUBLIC_URL: 'voice.example.com',
      REALTIME_AUDIO: 'opus',
      TRUST_PROXY: 'everybody',
      TWILIO_ACCOUNT_SID: 'SK123',
      MAX_CALLS: '0',
      LOG_LEVEL: 'loud',
    };

    expect(() => readConfig(environment)).toThrow(
      [
        'PORT must be a whole number from 0 to 65535, not "99999".',
        'PUBLIC_URL must be a whole address such as https://voice.example.com, with https:// or http:// in front.',
        'TRUST_PROXY must be a number of hops, or addresses such as 10.0.0.0/8 or loopback, with commas between them, not "everybody".',
        'REALTIME_AUDIO must be one of pcm, pcmu, not "opus".',
        'TWILIO_ACCOUNT_SID must begin with AC, as the Twilio console shows it, not "SK123".',
        'MAX_CALLS must be a whole number from 1 to 10000, not "0".',
        'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent, not "loud".',
      ].join('\n'),
    );
  });

  it('does not let anybody who finds the port place calls on the owner’s key', () => {
    expect(() => readConfig({ OPENAI_API_KEY: 'sk-1', HOST: '0.0.0.0' })).toThrow(
      /^TWILIO_AUTH_TOKEN is needed/,
    );
    expect(readConfig({ OPENAI_API_KEY: 'sk-1', HOST: '127.0.0.2' }).host).toBe('127.0.0.2');
  });

  it.each([
    ['off', false],
    ['2', 2],
    ['loopback, 10.0.0.0/8', 'loopback, 10.0.0.0/8'],
    ['fd00::/8', 'fd00::/8'],
  ])('believes the proxies that it is told of: %s', (TRUST_PROXY, trustProxy) => {
    expect(readConfig({ TRUST_PROXY, REVIEW_PASSWORD: 'word' }).trustProxy).toBe(trustProxy);
  });

  it.each(['postgres://db/calls', 'postgresql://user:pass%40word@db/calls', 'postgres://user@/calls'])(
    'logs calls where it is told, on a socket of this machine too: %s',
    (DATABASE_URL) => {
      expect(readConfig({ DATABASE_URL }).databaseUrl).toBe(DATABASE_URL);
    },
  );

  it.each([
    ['postgres://user:p/a#b@db/calls', 'have to be written %23'],
    ['mysql://db/calls', 'must begin with postgres://'],
  ])('says what is wrong with the address of a database, without repeating it: %s', (url, words) => {
    expect(() => readConfig({ DATABASE_URL: url })).toThrow(words);
    expect(() => readConfig({ DATABASE_URL: url })).toThrow(expect.not.stringContaining(url));
  });

  it('reads origins one by one, and minds no comma too many', () => {
    const webhook = { CALL_WEBHOOK_URL: 'https://crm.example.com/calls', CALL_WEBHOOK_SECRET: 's' };
    const CALL_WEBHOOK_ORIGINS = ' http://10.0.0.5:8080, http://crm.internal ,';

    expect(readConfig({ ...webhook, CALL_WEBHOOK_ORIGINS }).callWebhook).toEqual({
      url: 'https://crm.example.com/calls',
      secret: 's',
      allowedOrigins: ['http://10.0.0.5:8080', 'http://crm.internal'],
    });
    expect(readConfig(webhook).callWebhook?.allowedOrigins).toEqual([]);
  });

  it('waits for calls to end for as many seconds as it is told', () => {
    expect(readConfig({ DRAIN_SECONDS: '90' }).drainMs).toBe(90_000);
  });

  it('watches the agents for changes while they are being written, not in production', () => {
    expect(readConfig({}).watchesAgents).toBe(true);
    expect(readConfig({ NODE_ENV: 'production' }).watchesAgents).toBe(false);
  });

  it('has no account to ask of without both of its halves', () => {
    const [TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN] = ['AC1', 'token'];
    const accountOf = (environment: Record<string, string>) =>
      readConfig({ REVIEW_PASSWORD: 'word', ...environment }).twilioAccount;

    expect([accountOf({ TWILIO_ACCOUNT_SID }), accountOf({ TWILIO_AUTH_TOKEN })]).toEqual([null, null]);
    expect(accountOf({ TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN })).toEqual({
      accountSid: 'AC1',
      authToken: 'token',
      apiUrl: null,
    });
  });

  it('never repeats a secret', () => {
    const environment = {
      OPENAI_API_KEY: 'sk-canary',
      TWILIO_AUTH_TOKEN: 'canary',
      OPENAI_BASE_URL: 'https://user:canary@',
    };

    expect(() => readConfig(environment)).toThrow(expect.not.stringContaining('canary'));
  });

  it('is described in .env.example, variable by variable, default by default', () => {
    const text = readFileSync(join(import.meta.dirname, '../../.env.example'), 'utf8');
    const example = Object.fromEntries(
      [...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );

    expect(example).toEqual(DEFAULTS);
  });

  it('ends the process with code 78 and all of its problems when it is wrong', () => {
    const { status, stderr } = spawnSync(process.execPath, [join(import.meta.dirname, '../../src/main.ts')], {
      env: { PORT: 'x', LOG_LEVEL: 'y' },
      encoding: 'utf8',
    });

    expect(status).toBe(78);
    expect(stderr).toContain('PORT must be');
    expect(stderr).toContain('LOG_LEVEL must be');
  });
});
