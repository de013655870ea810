import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signatureOf } from '../../src/practice/phone/wire.ts';
import { AUTH_TOKEN, aCallSid } from '../support/a-carrier.ts';
import { aHouse, type House } from '../support/a-house.ts';
import { askPort } from '../support/a-stranger.ts';

const PASSWORD = 'open the harbour';
const folder = mkdtempSync(join(tmpdir(), 'ringdown-'));
let house: House;
let port = 0;
beforeAll(async () => {
  house = await aHouse({
    HOST: '127.0.0.1',
    DATA_DIR: folder,
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    PUBLIC_URL: 'https://voice.example.com',
    REVIEW_PASSWORD: PASSWORD,
  });
  port = Number(new URL(house.app.localUrl).port);
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

const headers = { Authorization: `Bearer ${PASSWORD}` };
const JSON_TYPE = { 'Content-Type': 'application/json' };
const FORM_TYPE = { 'Content-Type': 'application/x-www-form-urlencoded' };
const deep = `${'['.repeat(30_000)}${']'.repeat(30_000)}`;

/** A webhook that is signed, as far as what it carries can be. */
const webhook = (body: string, form: Record<string, string> = {}) => ({
  method: 'POST',
  headers: {
    ...FORM_TYPE,
    'X-Twilio-Signature': signatureOf(AUTH_TOKEN, 'https://voice.example.com/twilio/voice', form),
  },
  body,
});

describe('P2: whoever asks for what cannot be', () => {
  it.each([
    [
      'four megabytes of JSON',
      413,
      { body: JSON.stringify({ to: 'x'.repeat(4_000_000) }), headers: JSON_TYPE },
    ],
    [
      'a list where one thing is wanted',
      400,
      { body: JSON.stringify({ to: ['+1', '+2'] }), headers: JSON_TYPE },
    ],
    ['things within things', 400, { body: JSON.stringify({ to: { $ne: null } }), headers: JSON_TYPE }],
    ['thirty thousand lists in each other', 400, { body: deep, headers: JSON_TYPE }],
    ['half of an object', 400, { body: '{"to":', headers: JSON_TYPE }],
    ['another kind of text', 415, { body: 'to=%2B1', headers: FORM_TYPE }],
  ])('is told so in JSON by the API: %s', async (_what, status, { body, headers: type }) => {
    const told = await askPort(port, '/api/calls', {
      method: 'POST',
      headers: { ...headers, ...type },
      body,
    });

    expect(told.status).toBe(status);
    expect(JSON.parse(told.text)).toEqual({ error: expect.any(String) });
  });

  it.each([
    ['an address of twenty kilobytes', `/api/calls?q=${'x'.repeat(20_000)}`, 431],
    ['an address that is none', '/api/calls/%E0%A4%A', 400],
    ['a path out of the house', '/api/calls/..%2f..%2fetc%2fpasswd', 400],
  ])('is turned away: %s', async (_what, path, status) => {
    expect((await askPort(port, path, { headers })).status).toBe(status);
  });

  it('is no call: a form with a field twice, or with fields in each other, however it is signed', async () => {
    const callSid = aCallSid();
    const bodies = [
      `CallSid=${callSid}&CallSid=${callSid}`,
      `CallSid[a]=${callSid}`,
      `CallSid=${callSid}%00`,
    ];

    for (const body of bodies) {
      const statuses = [
        (await askPort(port, '/twilio/voice', webhook(body, { CallSid: callSid }))).status,
        (await askPort(port, '/twilio/voice', webhook(body, { CallSid: `${callSid}${callSid}` }))).status,
        (await askPort(port, '/twilio/voice', webhook(body, { 'CallSid[a]': callSid }))).status,
      ];
      expect(statuses.every((status) => status === 400 || status === 403)).toBe(true);
    }
    expect((await askPort(port, '/twilio/voice', webhook(`Filler=${'x'.repeat(4_000_000)}`))).status).toBe(
      413,
    );
    expect(house.facts).toEqual([]);
  });

  it('is known by no name of their own choosing: a forged host changes neither signatures nor addresses', async () => {
    const form = { CallSid: aCallSid() };
    const signedFor = (url: string) => ({
      ...webhook(String(new URLSearchParams(form)), form),
      headers: {
        ...FORM_TYPE,
        Host: 'elsewhere.example',
        'X-Forwarded-Host': 'elsewhere.example',
        'X-Twilio-Signature': signatureOf(AUTH_TOKEN, `${url}/twilio/voice`, form),
      },
    });

    expect((await askPort(port, '/twilio/voice', signedFor('https://elsewhere.example'))).status).toBe(403);
    const { status, text } = await askPort(port, '/twilio/voice', signedFor('https://voice.example.com'));
    expect([status, text]).toEqual([200, expect.not.stringContaining('elsewhere')]);
  });

  it('costs the house nothing', () => {
    expect(house.log.join('')).not.toContain('mistake of ours');
  });
});
