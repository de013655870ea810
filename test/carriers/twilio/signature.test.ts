import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Signature } from '../../../src/carriers/twilio/signature.ts';
import { signatureOf } from '../../../src/practice/phone/wire.ts';

const TOKEN = '0123456789abcdef0123456789abcdef';

function request(signature: string | undefined, url = '/twilio/media'): IncomingMessage {
  return { url, headers: { 'x-twilio-signature': signature } } as unknown as IncomingMessage;
}

const checker = (publicUrl: string, token: string | null = TOKEN) =>
  new Signature({
    authTokens: token === null ? [] : [token],
    publicUrlOf: () => publicUrl,
    mayComeUnsigned: () => true,
  });

describe('Twilio’s signature', () => {
  it('P1: accepts Twilio’s own example', () => {
    const form = {
      CallSid: 'CA1234567890ABCDE',
      Caller: '+14158675310',
      Digits: '1234',
      From: '+14158675310',
      To: '+18005551212',
    };
    const isValid = checker('https://example.com', '12345').isValidWebhook(
      request('L/OH5YylLD5NRKLltdqwSvS0BnU='),
      '/myapp.php?foo=1&bar=2',
      form,
    );

    expect(isValid).toBe(true);
  });

  it('P1: counts empty values and keeps the query as it was written', () => {
    const form = {
      AccountSid: `AC${'0'.repeat(32)}`,
      ApiVersion: '2010-04-01',
      CallSid: `CA${'1'.repeat(32)}`,
      CallStatus: 'ringing',
      Direction: 'inbound',
      From: '+15005550006',
      FromCity: 'SAN FRANCISCO',
      FromZip: '',
      To: '+15005550001',
    };
    const path = '/twilio/voice?tenant=a%20b&x=1';
    const { isValidWebhook } = { isValidWebhook: checker('https://voice.example.com') };

    expect(isValidWebhook.isValidWebhook(request('lAPPeCGrKCK30PxLlZM0la0EAvg='), path, form)).toBe(true);
    expect(
      isValidWebhook.isValidWebhook(request('lAPPeCGrKCK30PxLlZM0la0EAvg='), path, { ...form, To: '+1' }),
    ).toBe(false);
  });

  it.each([
    ['without a slash at its end', '3Wv0T80qzAY3OCARW9y1gnUJZtE='],
    ['with one', 'emydRDSHhLvuug6wCkjTHD/G0T0='],
  ])('P1: accepts a socket’s address signed %s', (_how, signature) => {
    expect(checker('https://voice.example.com').isValidUpgrade(request(signature))).toBe(true);
  });

  it.each([
    ['missing', undefined],
    ['empty', ''],
    ['somebody else’s', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
  ])('P1: refuses a signature that is %s', (_what, signature) => {
    expect(checker('https://voice.example.com').isValidUpgrade(request(signature))).toBe(false);
    expect(checker('https://voice.example.com').isValidWebhook(request(signature), '/x', {})).toBe(false);
  });

  it('takes the old token’s signatures besides the new one’s while one takes the other’s place', () => {
    const form = { CallSid: 'CA1' };
    const signature = new Signature({
      authTokens: ['new token', TOKEN],
      publicUrlOf: () => 'https://voice.example.com',
      mayComeUnsigned: () => true,
    });
    const isValid = (token: string) =>
      signature.isValidWebhook(request(signatureOf(token, 'https://voice.example.com/x', form)), '/x', form);

    expect([isValid('new token'), isValid(TOKEN), isValid('another token')]).toEqual([true, true, false]);
  });

  it('P1: refuses what cannot be read at all', () => {
    expect(checker('not an address').isValidUpgrade(request('AAAA'))).toBe(false);
  });
});
