import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { publicUrlReader } from '../../src/http/server.ts';

const LOCAL = 'http://localhost:3000';
const fromHop = (remoteAddress: string, headers: Record<string, string>) =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;
const proxied = fromHop('10.0.0.1', {
  'x-forwarded-proto': 'https',
  'x-forwarded-host': 'voice.example.com',
});
const trusts = (address: string) => address === '10.0.0.1';

describe('the public address', () => {
  it('P1: is the configured one, whatever a request says', () => {
    const publicUrlOf = publicUrlReader('https://configured.example', LOCAL, trusts);

    expect(publicUrlOf(proxied)).toBe('https://configured.example');
  });

  it('P1: is what a trusted hop says when none is configured', () => {
    const publicUrlOf = publicUrlReader(null, LOCAL, trusts);

    expect(publicUrlOf(proxied)).toBe('https://voice.example.com');
  });

  it.each([
    [
      'a hop that nobody trusts',
      fromHop('203.0.113.9', { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' }),
    ],
    ['a Host header alone', fromHop('203.0.113.9', { host: 'evil.example' })],
    ['a trusted hop that says nothing', fromHop('10.0.0.1', { host: 'inside.example' })],
    [
      'a trusted hop with a strange scheme',
      fromHop('10.0.0.1', { 'x-forwarded-proto': 'javascript', host: 'x' }),
    ],
  ])('P1: is this machine with %s', (_what, request) => {
    const publicUrlOf = publicUrlReader(null, LOCAL, trusts);

    expect(publicUrlOf(request)).toBe(LOCAL);
  });
});
