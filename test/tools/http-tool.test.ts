import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { internet, isPublicAddress, type Network, requestHttps } from '../../src/net/pinned-request.ts';
import { type HttpTool, httpTool } from '../../src/tools/http-tool.ts';
import { aRunner } from './support/a-runner.ts';
import { CERTIFICATE, KEY } from './support/certificate.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server for api.example.com on loopback, and a network in which that is where it lives. */
async function aServer(answer: (response: ServerResponse, asked: Asked) => void) {
  const asked: Asked[] = [];
  const server = createServer({ key: KEY, cert: CERTIFICATE }, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    asked.push({ method, url, headers, body });
    answer(response, { method, url, headers, body });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const network: Network = {
    addressesOf: async () => ['127.0.0.1'],
    mayReach: () => true,
    certificateAuthority: CERTIFICATE,
  };
  return { asked, host: `api.example.com:${port}`, network };
}

const json = (value: unknown) => (response: ServerResponse) => response.end(JSON.stringify(value));

const description = (host: string, over: Partial<HttpTool> = {}): HttpTool => ({
  name: 'order_status',
  description: 'Find an order.',
  parameters: z.object({ orderNumber: z.string(), lang: z.string().optional() }),
  address: `https://${host}/orders/{orderNumber}`,
  hosts: [host],
  headers: { Authorization: 'Bearer {CRM_TOKEN}' },
  ...over,
});

describe('a tool without code', () => {
  it('asks one address, and tells the model the part of the answer that was picked', async () => {
    const { host, network, asked } = await aServer(json({ order: { status: 'ready', cost: 3 } }));
    const tool = httpTool(description(host, { pick: 'order.status' }), { CRM_TOKEN: 't' }, network);
    const { ask } = aRunner([tool]);

    const outcome = await ask('order_status', { orderNumber: 'B 7/8', lang: 'en' });

    expect(outcome).toMatchObject({ result: 'ok', output: '"ready"' });
    expect(asked).toMatchObject([
      {
        method: 'GET',
        url: '/orders/B%207%2F8?lang=en',
        headers: { authorization: 'Bearer t', host },
        body: '',
      },
    ]);
  });

  it('sends what is not in the address as JSON, and the key that keeps it from being done twice', async () => {
    const { host, network, asked } = await aServer(json({ ok: true }));
    const tool = httpTool(description(host, { method: 'POST', writes: true }), { CRM_TOKEN: 't' }, network);
    const { ask } = aRunner([tool]);

    await ask('order_status', { orderNumber: 'B7', lang: 'en' });

    expect(asked[0]).toMatchObject({ method: 'POST', url: '/orders/B7', body: '{"lang":"en"}' });
    expect(asked[0]?.headers['idempotency-key']).toMatch(/^[\w-]{32}$/);
  });

  it.each(['..', '.', ''])('never leaves its place in the address: "%s"', async (orderNumber) => {
    const { host, network, asked } = await aServer(json(1));
    const { ask } = aRunner([httpTool(description(host), {}, network)]);

    expect((await ask('order_status', { orderNumber })).result).toBe('failed');
    expect(asked).toHaveLength(0);
  });

  it('says that nothing was found, rather than that it does not work', async () => {
    const { host, network } = await aServer((response) => response.writeHead(404).end());
    const { ask } = aRunner([httpTool(description(host), {}, network)]);

    expect((await ask('order_status', { orderNumber: 'B7' })).output).toBe(
      '{"problem":"Nothing was found."}',
    );
  });

  it('fails neutrally when the server does', async () => {
    const { host, network } = await aServer((response) => response.writeHead(500).end('SELECT canary'));
    const { ask, lines } = aRunner([httpTool(description(host), {}, network)]);

    const outcome = await ask('order_status', { orderNumber: 'B7' });

    expect(outcome.result).toBe('failed');
    expect(outcome.output + lines.join()).not.toContain('canary');
    expect(lines.join()).toContain('answered 500');
  });

  it('reaches no host that the owner did not list', async () => {
    const { host, network, asked } = await aServer(json(1));
    const { ask } = aRunner([httpTool(description(host, { hosts: ['api.example.org'] }), {}, network)]);

    expect((await ask('order_status', { orderNumber: 'B7' })).result).toBe('failed');
    expect(asked).toHaveLength(0);
  });

  it('does not follow a redirect', async () => {
    const { host, network, asked } = await aServer((response) =>
      response.writeHead(302, { location: `https://${host}/elsewhere` }).end(),
    );
    const { ask } = aRunner([httpTool(description(host), {}, network)]);

    expect((await ask('order_status', { orderNumber: 'B7' })).result).toBe('failed');
    expect(asked).toHaveLength(1);
  });

  it('reads no more than a megabyte', async () => {
    const { host, network } = await aServer((response) => response.end('x'.repeat(3 * 1024 * 1024)));
    const { ask, lines } = aRunner([httpTool(description(host), {}, network)]);

    expect((await ask('order_status', { orderNumber: 'B7' })).result).toBe('failed');
    expect(lines.join()).toContain('more than 1 MiB');
  });

  it('wants a certificate of the host it asked for', async () => {
    const { host, network, asked } = await aServer(json(1));
    const other = host.replace('api.example.com', 'evil.example.com');
    const { ask } = aRunner([httpTool(description(other), {}, network)]);

    expect((await ask('order_status', { orderNumber: 'B7' })).result).toBe('failed');
    expect(asked).toHaveLength(0);
  });
});

describe('U5: addresses that must not be reached', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9',
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::7f00:1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'ff02::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'localhost',
    '0x7f.1',
  ])('%s is not of the open internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(['1.1.1.1', '172.32.0.1', '93.184.215.14', '2606:4700::1111', '2a00:1450:4001::200e'])(
    '%s is',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://0x7f000001/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'http://1.1.1.1/',
    'https://user:password@1.1.1.1/',
  ])('%s is refused before anything is sent', async (address) => {
    const request = {
      url: new URL(address),
      method: 'GET',
      headers: {},
      body: null,
      signal: AbortSignal.timeout(2_000),
    };

    await expect(requestHttps(request, internet)).rejects.toThrow(/open internet|Only https/);
  });

  it('asks for the address once, and goes to the one it checked', async () => {
    const { host, network, asked } = await aServer(json(1));
    let lookups = 0;
    const rebinding: Network = {
      ...network,
      addressesOf: async () => {
        lookups += 1;
        return lookups === 1 ? ['127.0.0.1'] : ['10.0.0.1'];
      },
    };
    const { ask } = aRunner([httpTool(description(host), {}, rebinding)]);

    expect((await ask('order_status', { orderNumber: 'B7' })).result).toBe('ok');
    expect([lookups, asked.length]).toEqual([1, 1]);
  });

  it('refuses a name that has a private address among its addresses', async () => {
    const { host, network, asked } = await aServer(json(1));
    const mixed: Network = {
      ...network,
      addressesOf: async () => ['93.184.215.14', '10.0.0.1'],
      mayReach: isPublicAddress,
    };
    const { ask } = aRunner([httpTool(description(host), {}, mixed)]);

    expect((await ask('order_status', { orderNumber: 'B7' })).result).toBe('failed');
    expect(asked).toHaveLength(0);
  });
});
