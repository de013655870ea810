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
