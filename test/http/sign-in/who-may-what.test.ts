import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pageRoutes } from '../../../src/http/pages.ts';
import { Gate } from '../../../src/http/sign-in/gate.ts';
import { SESSION_MS } from '../../../src/http/sign-in/sessions.ts';
import type { Passwords } from '../../../src/http/sign-in/visitor.ts';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';

const OPERATOR = 'open the harbour';
const VIEWER = 'look at the harbour';
const PASSWORDS = { operator: [OPERATOR], viewer: [VIEWER] };

let house: ReviewHouse;
beforeEach(async () => {
  house = await aReviewHouse(PASSWORDS);
  await house.keep('CA1');
});
afterEach(() => house.close());

/** Signs in as a browser does, and gives the cookie. */
async function signIn(password: string): Promise<string> {
  const response = await house.ask('/sign-in', { method: 'POST', body: { password } });
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

const IDENTITIES = ['nobody', 'viewer', 'operator', 'expired', 'forged'] as const;
async function headersOf(identity: (typeof IDENTITIES)[number]): Promise<Record<string, string>> {
  if (identity === 'nobody') return {};
  if (identity === 'forged') return { Cookie: 'ringdown=operator.zzzzzzzz.id.c2lnbmF0dXJl' };
  const cookie = await signIn(identity === 'viewer' ? VIEWER : OPERATOR);
  if (identity === 'expired') house.clock.advance(SESSION_MS + 1);
  return { Cookie: cookie };
}

/** What somebody may do who may do it: anything but a refusal. */
const IN = 'in';
const LOOK = { nobody: 401, viewer: IN, operator: IN, expired: 401, forged: 401 } as const;
const ACT = { nobody: 401, viewer: 403, operator: IN, expired: 401, forged: 401 } as const;
const OPEN = { nobody: IN, viewer: IN, operator: IN, expired: IN, forged: IN } as const;

/** Every route there is, and what becomes of each that asks. A page sends strangers to sign in. */
const DECLARED: Readonly<Record<string, Readonly<Record<(typeof IDENTITIES)[number], number | typeof IN>>>> =
  {
    'get /': LOOK,
    'get /calls/:callId': LOOK,
    'get /live': LOOK,
    'get /numbers': LOOK,
    'get /phone': ACT,
    'get /assets/*path': OPEN,
    'get /sign-in': OPEN,
    'post /sign-in': OPEN,
    'post /sign-out': OPEN,
    'get /api/calls': LOOK,
    'get /api/calls.csv': LOOK,
    'get /api/calls.jsonl': LOOK,
    'get /api/figures': LOOK,
    'get /api/openapi.json': LOOK,
    'get /api/live': LOOK,
    'get /api/live/stream': LOOK,
    'get /api/live/:callId/stream': LOOK,
    'get /api/live/:callId/listen.wav': ACT,
    'post /api/live/:callId/tell': ACT,
    'post /api/live/:callId/hang-up': ACT,
    'post /api/live/:callId/transfer': ACT,
    'post /api/calls': ACT,
    'post /api/phone': ACT,
    'get /api/calls/:callId': LOOK,
    'get /api/calls/:callId/events': LOOK,
    'get /api/calls/:callId/transcript.txt': LOOK,
    'get /api/calls/:callId/transcript.vtt': LOOK,
    'get /api/calls/:callId/transcript.json': LOOK,
    'get /api/calls/:callId/practice.json': LOOK,
    'get /api/calls/:callId/recording.wav': LOOK,
    'get /api/calls/:callId/peaks': LOOK,
    'delete /api/calls/:callId': ACT,
    'patch /api/calls/:callId': ACT,
    'put /api/calls/:callId/tags/:tag': ACT,
    'delete /api/calls/:callId/tags/:tag': ACT,
    'post /api/calls/:callId/notes': ACT,
    'delete /api/calls/:callId/notes/:noteId': ACT,
  };

describe('U1: the routes', () => {
  it('are all declared here, and nothing else is', () => {
    const routes = pageRoutes(house.parts, new Gate(house.parts));

    expect(routes.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
      Object.keys(DECLARED).toSorted(),
    );
  });

  it.each(IDENTITIES)('let %s do what is declared, and no more', async (identity) => {
    for (const [route, verdicts] of Object.entries(DECLARED)) {
      const [method = '', path = ''] = route.split(' ');
      const address = path
        .replace(':callId', 'CA1')
        .replace(':tag', 't')
        .replace(':noteId', 'n')
        .replace('*path', 'frame.css');
      const headers = await headersOf(identity);
      const response = await house.ask(address, {
        method: method.toUpperCase(),
        headers,
        ...(method !== 'get' && { body: {} }),
      });
      const { status } = response;
      await response.body?.cancel();
      const isSentToSignIn =
        status === 303 && response.headers.get('location')?.startsWith('/sign-in') && path !== '/sign-out';
      const became = isSentToSignIn ? 401 : status;

      const expected = verdicts[identity];
      if (expected !== IN) expect(`${route}: ${became}`).toBe(`${route}: ${expected}`);
      else if (route !== 'post /sign-in') expect([401, 403], route).not.toContain(became);
      if (route === 'delete /api/calls/:callId' && identity === 'operator') await house.keep('CA1');
    }
    expect(house.crashes).toEqual([]);
  });

  it.each(['/api/calls/CA1', '/api/calls/CA1/notes'])(
    'refuse what changes something at %s unless a page of ours asks (U6)',
    async (path) => {
      const cookie = await signIn(OPERATOR);
      const method = path.endsWith('notes') ? 'POST' : 'DELETE';

      for (const origin of ['https://elsewhere.example', 'null', 'http://127.0.0.1:1', null]) {
        const response = await house.ask(path, {
          method,
          origin,
          headers: { Cookie: cookie },
          body: { text: 'x' },
        });
        expect([origin, response.status]).toEqual([origin, 403]);
      }
      expect(await house.store.card('CA1')).toMatchObject({ callId: 'CA1', notes: [] });
    },
  );

  it('refuse to tell a foreign page what goes on (U6)', async () => {
    const cookie = await signIn(OPERATOR);
    const statusFor = async (origin: string | null) => {
      const response = await house.ask('/api/live/stream', { origin, headers: { Cookie: cookie } });
      await response.body?.cancel();
      return response.status;
    };

    expect(await statusFor('https://elsewhere.example')).toBe(403);
    expect(await statusFor(null)).toBe(403);
    expect(await statusFor(house.url)).toBe(200);
  });

  it('say what to send where it is not said which page asks', async () => {
    const response = await house.ask('/api/calls/CA1', {
      method: 'DELETE',
      origin: null,
      headers: { Cookie: await signIn(OPERATOR) },
    });

    const text = await response.text();
    expect(text).toContain('Origin: http');
    expect(text).toContain('Authorization: Bearer');
  });

  it('take the old password besides the new one while one takes the other’s place', async () => {
    await house.close();
    house = await aReviewHouse({ operator: ['new word', OPERATOR], viewer: [] });
    const statusFor = async (password: string) =>
      (await house.ask('/api/calls', { headers: { Authorization: `Bearer ${password}` } })).status;

    expect([await statusFor('new word'), await statusFor(OPERATOR), await statusFor(VIEWER)]).toEqual([
      200, 200, 401,
    ]);
  });

  it('take the password from a program, which no page can make a browser send', async () => {
    const headers = { Authorization: `Bearer ${OPERATOR}` };

    expect((await house.ask('/api/calls', { headers, origin: null })).status).toBe(200);
    expect((await house.ask('/api/calls/CA1', { method: 'DELETE', headers, origin: null })).status).toBe(204);
  });
});

describe('signing in', () => {
  it('gives a cookie that scripts cannot read, and leads to where one wanted to go', async () => {
    const response = await house.ask('/sign-in', {
      method: 'POST',
      body: { password: VIEWER, next: '/calls/CA1?x=1' },
    });

    expect(response.headers.get('set-cookie')).toMatch(
      /^ringdown=viewer\..*; Path=\/; HttpOnly; SameSite=Lax; Max-Age=43200$/,
    );
    expect(response.headers.get('location')).toBe('/calls/CA1?x=1');
  });

  it('ties the cookie to this host and to TLS where the browser came over it', async () => {
    const host = new URL(house.url).host;
    const response = await house.ask('/sign-in', {
      method: 'POST',
      origin: `https://${host}`,
      body: { password: VIEWER },
    });

    expect(response.headers.get('set-cookie')).toMatch(/^__Host-ringdown=.*; Path=\/; Secure; HttpOnly/);
  });

  it.each([
    '//elsewhere.example',
    'https://elsewhere.example/',
    '/\\elsewhere.example',
    'javascript:alert(1)',
    '/\t/elsewhere.example',
    '/..//elsewhere.example',
  ])('never leads away: %s', async (next) => {
    const response = await house.ask('/sign-in', {
      method: 'POST',
      body: { password: VIEWER, next },
    });

    const led = new URL(response.headers.get('location') ?? '', house.url);
    expect(led.origin).toBe(house.url);
  });

  it('outlasts a restart, and ends with the password that was given for it', async () => {
    const cookie = await signIn(OPERATOR);
    const statusAfter = async (passwords: Passwords) => {
      await house.close();
      house = await aReviewHouse(passwords);
      return (await house.ask('/api/calls', { headers: { Cookie: cookie } })).status;
    };

    expect(await statusAfter(PASSWORDS)).toBe(200);
    expect(await statusAfter({ operator: ['new word', OPERATOR], viewer: [] })).toBe(200);
    expect(await statusAfter({ operator: ['new word'], viewer: [OPERATOR] })).toBe(401);
  });

  it('ends when one signs out, also for whoever has kept the cookie', async () => {
    const cookie = await signIn(OPERATOR);
    const other = await signIn(OPERATOR);
    await house.ask('/sign-out', { method: 'POST', headers: { Cookie: cookie } });

    expect((await house.ask('/api/calls', { headers: { Cookie: cookie } })).status).toBe(401);
    expect((await house.ask('/api/calls', { headers: { Cookie: other } })).status).toBe(200);
  });
});

describe('without a password', () => {
  beforeEach(async () => {
    await house.close();
    house = await aReviewHouse();
  });

  /** `fetch` does not let one say another host; a browser that was told a false address does. */
  const statusFor = (headers: Record<string, string>) =>
    new Promise<number>((resolve, reject) => {
      httpRequest(`${house.url}/api/calls`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      })
        .on('error', reject)
        .end();
    });

  it('the pages are open to this machine', async () => {
    const { port } = new URL(house.url);

    expect(await statusFor({})).toBe(200);
    expect(await statusFor({ Host: `localhost:${port}` })).toBe(200);
    expect(await statusFor({ Host: `[::1]:${port}` })).toBe(200);
  });

  it.each([
    ['a name of somebody else’s that was made to point here', { Host: 'rebound.example' }],
    ['a name that only begins like ours', { Host: 'localhost.elsewhere.example' }],
    ['a proxy on this machine', { 'X-Forwarded-For': '203.0.113.9' }],
    ['a proxy that follows the standard', { Forwarded: 'for=203.0.113.9' }],
    ['a proxy that says it only by the way', { Via: '1.1 tunnel' }],
    ['a proxy that says only what it was spoken to in', { 'X-Forwarded-Proto': 'https' }],
    ['a CDN that says whom it brings', { 'CF-Connecting-IP': '203.0.113.9' }],
    ['a CDN of the other custom', { 'True-Client-IP': '203.0.113.9' }],
    ['a proxy that says whom it brings in a word of its own', { 'X-Cluster-Client-Ip': '203.0.113.9' }],
  ])('the pages are closed to %s', async (_name, headers) => {
    expect(await statusFor(headers)).toBe(403);
  });

  it('the pages are closed to a proxy that speaks as nginx does unless it is told otherwise', async () => {
    const { port, host } = new URL(house.url);
    const says = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(`GET /api/calls HTTP/1.0\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
      );
      socket.once('data', (data) => resolve(data.toString())).once('error', reject);
    });

    expect(says).toContain(' 403 ');
  });

  it('the pages are closed to this machine as well where something is meant for the outside', async () => {
    await house.close();
    house = await aReviewHouse(undefined, { parts: { isPublic: true } });

    const response = await house.ask('/api/calls');

    expect([response.status, await response.text()]).toEqual([
      403,
      expect.stringContaining('Set REVIEW_PASSWORD'),
    ]);
  });

  it('what changes something may be asked by a program of this machine, which no page can pass for', async () => {
    const statusFor = async (headers: Record<string, string>) => {
      await house.keep('CA1');
      return (await house.ask('/api/calls/CA1', { method: 'DELETE', origin: null, headers })).status;
    };

    expect(await statusFor({ 'User-Agent': 'curl/8.14.1' })).toBe(204);
    expect(await statusFor({ 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:60.0)' })).toBe(403);
    expect(await statusFor({ 'Sec-Fetch-Site': 'cross-site' })).toBe(403);
    expect(await statusFor({ Referer: 'https://elsewhere.example/' })).toBe(403);
  });

  it('what changes something still has to be asked by a page of ours', async () => {
    await house.keep('CA1');

    expect(
      (await house.ask('/api/calls/CA1', { method: 'DELETE', origin: 'https://elsewhere.example' })).status,
    ).toBe(403);
    expect((await house.ask('/api/calls/CA1', { method: 'DELETE' })).status).toBe(204);
  });
});
