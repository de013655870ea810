import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../../src/http/metrics.ts';
import {
  createWebApp,
  listen,
  type MetricsAccess,
  mountEndings,
  mountHealth,
} from '../../src/http/server.ts';
import type { Admission } from '../../src/ports/carrier.ts';
import type { CallFact } from '../../src/ports/facts.ts';

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function aHouse(access: Partial<MetricsAccess> = {}) {
  const app = createWebApp(false);
  const crashes: unknown[] = [];
  let admission: Admission = { admitted: true, isNew: true };
  const metrics = createMetrics(
    () => 3,
    () => ({ troubles: 2, waitingEvents: 70, setAside: 1 }),
    () => ({ waiting: 4, refused: 5, streams: 6, restarts: 7 }),
  );
  mountHealth(app, () => admission, metrics, { token: null, isPublic: false, ...access });
  app.get('/broken', () => {
    throw new Error('a secret of ours');
  });
  mountEndings(app, (error) => void crashes.push(error));
  const { server, port, serve } = await listen({ port: 0, host: '127.0.0.1' });
  serve(app, []);
  cleanups.push(() => server.close().closeAllConnections());
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, { headers });
  const happens = (fact: CallFact) => metrics.observer('CA1', { ...fact, seq: 1, atMs: 2_000 });
  const admits = (state: Admission) => {
    admission = state;
  };
  return { get, crashes, happens, admits, metrics };
}

describe('a port', () => {
  it('lets whoever comes before there is anything to serve wait for it', async () => {
    const { server, port, serve } = await listen({ port: 0, host: '127.0.0.1' });
    cleanups.push(() => server.close().closeAllConnections());
    const early = fetch(`http://127.0.0.1:${port}/early`, { method: 'POST', body: 'sooner' });
    await once(server, 'request');
    const app = createWebApp(false);
    app.post('/early', async (request, response) => {
      response.send(`${await text(request)} or later`);
    });

    serve(app, []);

    expect(await (await early).text()).toBe('sooner or later');
  });
});

describe('the routes for whoever runs it', () => {
  it('say that the process lives', async () => {
    const { get } = await aHouse();

    expect((await get('/healthz')).status).toBe(200);
  });

  it.each([
    [{ admitted: true, isNew: true }, 200, 'ready'],
    [{ admitted: false, because: 'full' }, 503, 'full'],
    [{ admitted: false, because: 'draining' }, 503, 'draining'],
  ] as const)('say whether new calls are welcome: %o', async (admission, status, text) => {
    const { get, admits } = await aHouse();
    admits(admission);

    const response = await get('/readyz');

    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  it('C8: count how calls ended, and what went wrong on them', async () => {
    const { get, happens, metrics } = await aHouse();
    happens({ type: 'ended', reason: 'caller_hung_up' });
    metrics.wrongPassword('slow_down');
    happens({ type: 'interrupted', heardMs: 1, unheardMs: 1 });
    happens({ type: 'problem', code: 'response_failed_server_error' });

    const text = await (await get('/metrics')).text();

    expect(text).toContain('ringdown_calls_live 3');
    expect(text).toContain('ringdown_calls_ended_total{reason="caller_hung_up"} 1');
    expect(text).toContain('ringdown_wrong_passwords_total{answer="slow_down"} 1');
    expect(text).toContain('ringdown_interruptions_total 1');
    expect(text).toContain('ringdown_problems_total{code="response_failed_server_error"} 1');
    expect(text).toContain('ringdown_call_seconds_sum 2');
  });

  it('C8: tell what the call log suffers from, and how much waits for it', async () => {
    const { get } = await aHouse();

    const text = await (await get('/metrics')).text();

    expect(text).toContain('ringdown_call_log_troubles 2');
    expect(text).toContain('ringdown_call_log_waiting_events 70');
    expect(text).toContain('ringdown_call_logs_set_aside 1');
  });

  it('keep no more kinds of problem than a dashboard can show', async () => {
    const { get, happens } = await aHouse();
    for (let i = 0; i < 1000; i++) happens({ type: 'problem', code: `code_${i}` });

    const lines = (await (await get('/metrics')).text())
      .split('\n')
      .filter((line) => line.startsWith('ringdown_problems'));

    expect(lines.length).toBe(51);
    expect(lines.at(-1)).toBe('ringdown_problems_total{code="other"} 950');
  });

  it('U15: show metrics to this machine alone, not to whom a proxy or another name brings', async () => {
    const { get } = await aHouse();

    for (const name of ['x-forwarded-for', 'forwarded', 'cf-connecting-ip', 'x-real-ip', 'via'])
      expect([name, (await get('/metrics', { [name]: '203.0.113.9' })).status]).toEqual([name, 403]);
    expect((await get('/metrics')).status).toBe(200);
  });

  it('U15: show metrics to nobody without a token where strangers may come in', async () => {
    const { get } = await aHouse({ isPublic: true });
    const response = await get('/metrics');

    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('METRICS_TOKEN')]);
  });

  it('U15: show metrics to whoever brings the token, from anywhere, and to nobody else', async () => {
    const { get } = await aHouse({ isPublic: true, token: 'a token' });
    const statusFor = async (authorization: string) =>
      (await get('/metrics', { authorization, 'x-forwarded-for': '203.0.113.9' })).status;

    expect([await statusFor('Bearer a token'), await statusFor('Bearer a tokem')]).toEqual([200, 401]);
    expect((await get('/metrics')).status).toBe(401);
  });

  it('tell the outside nothing of a mistake of ours', async () => {
    const { get, crashes } = await aHouse();

    const response = await get('/broken');

    expect([response.status, await response.text()]).toEqual([500, 'Something went wrong.']);
    expect(crashes).toHaveLength(1);
    expect(response.headers.get('x-powered-by')).toBeNull();
  });

  it('know nothing else', async () => {
    const { get, crashes } = await aHouse();

    expect((await get('/etc/passwd')).status).toBe(404);
    expect((await get('/%E0%A4%A')).status).toBeLessThan(500);
    expect(crashes).toEqual([]);
  });
});
