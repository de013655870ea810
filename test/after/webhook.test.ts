import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { completedCall, createWebhook, sendPinned, type WebhookOptions } from '../../src/after/webhook.ts';
import { recall } from '../../src/call/recall.ts';
import { destinationOf, isPublicAddress } from '../../src/net/pinned-request.ts';
import { callReading } from '../../src/reading/reading.ts';
import { aWholeCall } from '../support/logged-calls.ts';
import { TestClock } from '../support/test-clock.ts';

const wanted = async () => true;

/** A webhook on a test clock, whose receiver answers as the test wants. */
function aWebhook(answers: readonly (number | 'nothing')[], more: Partial<WebhookOptions> = {}) {
  const clock = new TestClock();
  const sent: { address: string; body: string; headers: Readonly<Record<string, string>>; at: number }[] = [];
  const failures: string[] = [];
  const begunAt = clock.now();
  const webhook = createWebhook({
    url: 'https://crm.example.com/calls',
    secret: 'whsec',
    allowedOrigins: [],
    clock,
    gaveUp: (callId, why) => void failures.push(`${callId}: ${why}`),
    resolve: async () => ['93.184.215.14'],
    send: async ({ address }, body, headers) => {
      const answer = answers[Math.min(sent.length, answers.length - 1)];
      sent.push({ address, body, headers, at: clock.now() - begunAt });
      if (typeof answer !== 'number') throw new Error('nothing came back');
      return answer;
    },
    ...more,
  });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let n = 0; n < 20; n++) await Promise.resolve();
  };
  return { webhook, clock, sent, failures, pass };
}

describe('the message about a call', () => {
  it('is signed, so that its receiver can tell it is ours', async () => {
    const { webhook, sent, pass, clock } = aWebhook([200]);
    webhook.deliver('CA1', { type: 'call.completed' }, wanted);
    await pass(0);

    const [message] = sent;
    const seconds = Math.floor(clock.wallMs() / 1_000);
    const hex = createHmac('sha256', 'whsec').update(`${seconds}.{"type":"call.completed"}`).digest('hex');
    expect(message?.body).toBe('{"type":"call.completed"}');
    expect(message?.headers['ringdown-signature']).toBe(`t=${seconds},v1=${hex}`);
    expect(clock.timers).toBe(0);
  });

  it('is tried again while the receiver is away, later and later, as the same message', async () => {
    const { webhook, sent, failures, pass } = aWebhook(['nothing', 503, 429, 204]);
    webhook.deliver('CA1', {}, wanted);
    await pass(0);
    for (let n = 0; n < 100; n++) await pass(1_000);

    expect(sent.map(({ at }) => at)).toEqual([0, 1_000, 6_000, 36_000]);
    expect(new Set(sent.map(({ headers }) => headers['ringdown-delivery'])).size).toBe(1);
    expect(failures).toEqual([]);
  });

  it('is given up when the receiver stays away, and at once when it is not wanted', async () => {
    const away = aWebhook([500]);
    away.webhook.deliver('CA1', {}, wanted);
    for (let hours = 0; hours < 20; hours++) await away.pass(3_600_000);
    for (let n = 0; n < 20; n++) await away.pass(28_800_000);
    expect(away.sent).toHaveLength(9);
    expect(away.failures).toEqual(['CA1: unreachable']);

    const unwanted = aWebhook([404]);
    unwanted.webhook.deliver('CA2', {}, wanted);
    await unwanted.pass(100_000);
    expect(unwanted.sent).toHaveLength(1);
    expect(unwanted.failures).toEqual(['CA2: rejected']);
  });

  it('is left, and may come later, when a thousand others wait already', async () => {
    const { webhook, failures, pass } = aWebhook(['nothing']);
    for (let n = 0; n < 1_000; n++) webhook.deliver(`CA${n}`, {}, wanted);
    await pass(0);

    expect(await webhook.deliver('CAmore', {}, wanted)).toBe('left');
    expect(failures).toEqual([]);
    await webhook.close();
  });

  it('is not tried again when nobody wants it any more', async () => {
    const { webhook, sent, clock, failures, pass } = aWebhook([503]);
    let isThere = true;
    const outcome = webhook.deliver('CA1', {}, async () => isThere);
    await pass(0);
    await pass(1_000);
    isThere = false;
    await pass(5_000);

    expect(await outcome).toBe('left');
    expect([sent.length, clock.timers, failures]).toEqual([2, 0, []]);
  });

  it('follows no redirection', async () => {
    const { webhook, sent, failures, pass } = aWebhook([302]);
    webhook.deliver('CA1', {}, wanted);
    await pass(100_000);

    expect(sent).toHaveLength(1);
    expect(failures).toEqual(['CA1: redirected']);
  });

  it('leaves nothing behind when the house closes', async () => {
    const { webhook, clock, failures, pass } = aWebhook(['nothing']);
    const waiting = webhook.deliver('CA1', {}, wanted);
    await pass(0);
    await webhook.close();
    const late = webhook.deliver('CA2', {}, wanted);

    expect(clock.timers).toBe(0);
    expect([await waiting, await late, failures]).toEqual(['left', 'left', []]);
  });

  it('that is being sent when the house closes arrives, or is left', async () => {
    for (const [status, outcome] of [
      [200, 'delivered'],
      [503, 'left'],
    ] as const) {
      let answer: (status: number) => void = () => {};
      const { webhook, clock, pass } = aWebhook([], {
        send: () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      });
      const sending = webhook.deliver('CA1', {}, wanted);
      await pass(0);
      const closing = webhook.close();
      answer(status);

      await closing;
      expect([await sending, clock.timers]).toEqual([outcome, 0]);
    }
  });

  it('has the same name whichever process sends it, and another for another call', async () => {
    const [one, other] = [aWebhook([200]), aWebhook([200])];
    one.webhook.deliver('CA1', { summary: null }, wanted);
    other.webhook.deliver('CA1', { summary: 'They asked.' }, wanted);
    other.webhook.deliver('CA\u0000 2\r\nx-evil: 1', {}, wanted);
    await one.pass(0);
    await other.pass(0);

    const names = [...one.sent, ...other.sent].map(({ headers }) => headers['ringdown-delivery']);
    expect(names[1]).toBe(names[0]);
    expect(names[2]).not.toBe(names[0]);
    for (const name of names) expect(name).toMatch(/^[0-9a-f]{32}$/);
  });

  it('says what happened on the call, with what was not heard kept apart', () => {
    const card = callReading.card('CA1', recall(aWholeCall()));
    if (!card) throw new Error('Expected a card.');
    const summary = {
      type: 'summarised',
      summary: 's',
      fields: { outcome: 'told' },
      seq: 19,
      atMs: 1,
    } as const;

    expect(completedCall(card, recall([...aWholeCall(), summary]))).toMatchObject({
      type: 'call.completed',
      callId: 'CA1',
      endReason: 'caller_hung_up',
      fields: { outcome: 'told' },
      transcript: { 2: { who: 'agent', unheard: ' and arrives tomorrow before noon.' } },
      tools: [{ name: 'order_status', atMs: 6_700, result: 'ok' }],
    });
  });
});

describe('where messages may go', () => {
  const pointsTo =
    (...addresses: readonly string[]) =>
    async () =>
      addresses;
  const nowhere = async (): Promise<readonly string[]> => {
    throw new Error('ENOTFOUND');
  };

  it('is the open internet, over https', async () => {
    expect(await destinationOf('https://crm.example.com/x', [], pointsTo('93.184.215.14'))).toMatchObject({
      address: '93.184.215.14',
    });
    expect(await destinationOf('http://crm.example.com/x', [], pointsTo('93.184.215.14'))).toBe('not_https');
    expect(await destinationOf('https://u:p@crm.example.com/', [], pointsTo('93.184.215.14'))).toBe(
      'has_password',
    );
    expect(await destinationOf('ftp://crm.example.com/', [], pointsTo('93.184.215.14'))).toBe('bad_url');
    expect(await destinationOf('nonsense', [], pointsTo('93.184.215.14'))).toBe('bad_url');
    expect(await destinationOf('https://crm.example.com/', [], nowhere)).toBe('unknown_host');
  });

  it('is never inside, in whatever way the address is written', async () => {
    const inside = [
      '127.0.0.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.1',
      '0',
      '0.0.0.0',
      '10.1.2.3',
      '172.31.255.255',
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '[::1]',
      '[::]',
      '[::ffff:127.0.0.1]',
      '[::ffff:a9fe:a9fe]',
      '[fe80::1]',
      '[fc00::1]',
      '[fd00:ec2::254]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '[2001:db8::1]',
      '224.0.0.1',
      '255.255.255.255',
      '198.18.0.1',
      '１２７.0.0.1',
    ];
    for (const host of inside) {
      expect([host, await destinationOf(`https://${host}/`, [], nowhere)]).toEqual([host, 'not_public']);
    }
  });

  it('is not inside by a name either, nor by one of several addresses', async () => {
    expect(await destinationOf('https://evil.example/', [], pointsTo('169.254.169.254'))).toBe('not_public');
    expect(await destinationOf('https://evil.example/', [], pointsTo('93.184.215.14', '10.0.0.1'))).toBe(
      'not_public',
    );
    expect(await destinationOf('https://evil.example/', [], pointsTo('::ffff:10.0.0.1'))).toBe('not_public');
  });

  it('is inside where the owner says so: that host and port, that scheme', async () => {
    const listed = ['http://crm.internal:8080'];

    expect(await destinationOf('http://crm.internal:8080/x', listed, pointsTo('10.0.0.5'))).toMatchObject({
      address: '10.0.0.5',
    });
    expect(await destinationOf('http://crm.internal:8081/x', listed, pointsTo('10.0.0.5'))).toBe('not_https');
    expect(await destinationOf('https://crm.internal:8080/x', listed, pointsTo('10.0.0.5'))).toBe(
      'not_public',
    );
    expect(await destinationOf('http://crm.internal.evil.example:8080/', listed, pointsTo('10.0.0.5'))).toBe(
      'not_https',
    );
  });

  it('counts ordinary addresses as public', () => {
    for (const address of ['8.8.8.8', '93.184.215.14', '172.32.0.1', '2606:2800:21f:cb07::1']) {
      expect([address, isPublicAddress(address)]).toEqual([address, true]);
    }
    expect(isPublicAddress('example.com')).toBe(false);
  });
});

describe('sending', () => {
  it('goes to the address that was looked at, whatever the name means by then', async () => {
    const asked: { host: string | undefined; body: string }[] = [];
    const server = createServer(async (request, response) => {
      asked.push({ host: request.headers.host, body: await bodyOf(request) });
      response.writeHead(202).end('x'.repeat(1_000_000));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const to = { url: new URL(`http://no-such-name.invalid:${port}/calls`), address: '127.0.0.1' };

    expect(await sendPinned(to, '{"a":1}', { 'content-type': 'application/json' })).toBe(202);
    expect(asked).toEqual([{ host: `no-such-name.invalid:${port}`, body: '{"a":1}' }]);
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}
