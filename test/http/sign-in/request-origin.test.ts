import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { isThisMachine, siteOf, unsignedReader } from '../../../src/http/sign-in/request-origin.ts';

const PUBLIC = 'https://voice.example.com';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0)';

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  readonly from?: string;
  readonly httpVersion?: string;
}

function asked({ headers = {}, method = 'POST', from = '127.0.0.1', httpVersion = '1.1' }: Asked) {
  return { headers, method, httpVersion, socket: { remoteAddress: from } } as unknown as IncomingMessage;
}

describe('the page that a request comes from', () => {
  it.each<readonly [string, Asked]>([
    ['own', { headers: { origin: 'http://localhost:3000' } }],
    ['own', { headers: { origin: PUBLIC } }],
    ['own', { headers: { 'sec-fetch-site': 'same-origin' } }],
    ['own', { method: 'GET', headers: { referer: 'http://localhost:3000/live', 'user-agent': FIREFOX } }],
    ['foreign', { headers: { origin: 'http://localhost:3001' } }],
    ['foreign', { headers: { origin: 'http://voice.example.com' } }], // not as we are known: by https
    ['foreign', { headers: { origin: 'null' } }],
    ['foreign', { headers: { origin: 'ftp://localhost:3000' } }],
    ['foreign', { headers: { origin: 'https://elsewhere.example', 'sec-fetch-site': 'same-origin' } }],
    ['foreign', { headers: { 'sec-fetch-site': 'same-site' } }],
    ['foreign', { headers: { 'sec-fetch-site': 'none' } }], // typed in: nobody types a change
    // What changes something and says no more than where it was linked from proves nothing.
    ['foreign', { headers: { referer: 'http://localhost:3000/live' } }],
    ['foreign', { method: 'GET', headers: { referer: 'https://elsewhere.example/' } }],
    ['foreign', { headers: { 'user-agent': FIREFOX } }],
    ['unsaid', { headers: { 'user-agent': 'curl/8.14.1' } }],
    ['unsaid', {}],
  ])('is %s: %j', (site, request) => {
    expect(siteOf(asked(request), 'localhost:3000', PUBLIC)).toBe(site);
  });
});

describe('who sits at this machine', () => {
  it.each<readonly [boolean, Asked]>([
    [true, { headers: { host: 'localhost:3000' } }],
    [true, { headers: { host: '127.0.0.1' }, from: '::ffff:127.0.0.1' }],
    [true, { headers: { host: '[::1]:3000' }, from: '::1' }],
    [false, { headers: { host: 'localhost:3000' }, from: '192.168.1.5' }],
    [false, { headers: { host: 'localhost.evil.example' } }],
    [false, { headers: { host: '127.0.0.1.evil.example' } }],
    [false, { headers: {} }],
    [false, { headers: { host: 'localhost' }, httpVersion: '1.0' }],
    [false, { headers: { host: 'localhost', 'x-real-ip': '203.0.113.9' } }],
    [false, { headers: { host: 'localhost', 'ngrok-trace-id': '1' } }],
  ])('is %s of %j', (isHere, request) => {
    expect(isThisMachine(asked(request))).toBe(isHere);
  });
});

describe('a practice call from outside, where something is meant for the outside', () => {
  const mayCome = unsignedReader({ isPublic: true, publicUrlOf: () => PUBLIC });

  it.each([
    ['voice.example.com', true],
    ['voice.example.com:8443', true],
    ['localhost:3000', true],
    ['203.0.113.9:3000', true], // digits are nobody's to point anywhere
    ['[2001:db8::1]:3000', true],
    ['rebound.example', false],
    ['', false],
  ])('may come in by a name that nobody else can have made: %s', (host, may) => {
    expect(mayCome(asked({ headers: { host }, from: '203.0.113.7' }))).toBe(may);
  });

  it('may not come from a page of another site, by whatever name', () => {
    const headers = { host: 'voice.example.com', origin: 'https://elsewhere.example' };

    expect(mayCome(asked({ headers }))).toBe(false);
  });
});
