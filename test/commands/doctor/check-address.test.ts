import { createServer, type RequestListener } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/app/config.ts';
import { checkAddress } from '../../../src/commands/doctor/check-address.ts';
import { freePort } from '../../support/a-port.ts';

/** Who is found at the public address, and with which status it answers a web socket; null: it takes it. */
async function anAddress(listener: RequestListener, socketStatus: number | null = 403): Promise<string> {
  const server = createServer(listener);
  server.on('upgrade', (_request, socket) => {
    if (socketStatus === null) return void socket.destroy();
    socket.end(`HTTP/1.1 ${socketStatus} No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

const ringdown: RequestListener = ({ url }, response) =>
  void response.writeHead(url === '/healthz' ? 200 : 404).end(url === '/healthz' ? 'alive' : '');

async function saysOf(environment: Record<string, string>) {
  const findings = await checkAddress(readConfig({ REVIEW_PASSWORD: 'word', ...environment }));
  return findings.map(({ state, about, text }) => `${state} ${about}: ${text}`);
}

it('is content where web and sockets lead here, but for the lack of https', async () => {
  const PUBLIC_URL = await anAddress(ringdown);

  expect(await saysOf({ PUBLIC_URL })).toEqual([
    expect.stringMatching(/^bad address: .*no https address/),
    `good reachable: ${PUBLIC_URL} leads to a running Ringdown.`,
    expect.stringMatching(/^good sockets: .*without a ticket is refused/),
  ]);
});

it('finds a proxy that lets no web sockets through', async () => {
  const PUBLIC_URL = await anAddress(ringdown, 426);

  expect((await saysOf({ PUBLIC_URL }))[2]).toMatch(/^bad sockets: .*answered 426.*web sockets through/);
});

it('finds a connection that is dropped where a web socket was wanted', async () => {
  const PUBLIC_URL = await anAddress(ringdown, null);

  expect((await saysOf({ PUBLIC_URL }))[2]).toMatch(/^bad sockets: ws:.*cannot be reached/);
});

it('tells something else at the address from Ringdown, and looks no further', async () => {
  const PUBLIC_URL = await anAddress((_request, response) => void response.writeHead(502).end('Bad gateway'));

  expect((await saysOf({ PUBLIC_URL, PORT: '3456' })).slice(1)).toEqual([
    expect.stringMatching(/^bad reachable: .*something else \(502\)\. Point the tunnel to port 3456/),
  ]);
});

it('says why an address cannot be reached', async () => {
  const PUBLIC_URL = `http://127.0.0.1:${await freePort()}`;

  expect((await saysOf({ PUBLIC_URL })).slice(1)).toEqual([
    expect.stringMatching(/^bad reachable: .*\(ECONNREFUSED\)/),
  ]);
});

it.each([
  ['is no mistake in practice', {}, /^note address: No PUBLIC_URL/],
  ['is one where a real number is to ring', { TWILIO_AUTH_TOKEN: 't' }, /^bad address: No PUBLIC_URL/],
])('to have no public address %s', async (_where, environment, line) => {
  expect(await saysOf(environment)).toEqual([expect.stringMatching(line)]);
});
