import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';

let house: ReviewHouse;
beforeEach(async () => {
  house = await aReviewHouse({ operator: ['open the harbour'], viewer: ['look at the harbour'] });
  await house.keep('CA1', undefined, true);
  house.live.rings('CAlive');
});
afterEach(() => house.close());

async function does(what: string, password: string | null, body?: object) {
  const [method = '', path = ''] = what.split(' ');
  const response = await house.ask(path, {
    method,
    headers: password === null ? {} : { Authorization: `Bearer ${password}` },
    ...(body && { body }),
  });
  if (path.endsWith('listen.wav')) await response.body?.cancel();
  else await response.arrayBuffer();
}

const told = () =>
  house.deeds.map(({ route, call, role, status }) => [role, route, call, status].filter(Boolean).join(' '));

describe('Q10: the log is told', () => {
  it('who listened to a call, took it away, wrote on it, stepped in, and deleted it', async () => {
    await does('GET /api/calls.csv', 'look at the harbour');
    await does('GET /api/calls/CA1/recording.wav', 'look at the harbour');
    await does('GET /api/calls/CA1/transcript.txt', 'look at the harbour');
    await does('GET /api/live/CAlive/listen.wav', 'open the harbour');
    await does('POST /api/live/CAlive/tell', 'open the harbour', { text: 'canary words' });
    await does('POST /api/live/CAlive/hang-up', 'open the harbour');
    await does('POST /api/calls/CA1/notes', 'open the harbour', { text: 'canary words' });
    await does('DELETE /api/calls/CA1', 'open the harbour');

    await expect
      .poll(told)
      .toEqual([
        'viewer get /api/calls.csv 200',
        'viewer get /api/calls/:callId/recording.wav CA1 200',
        'viewer get /api/calls/:callId/transcript.txt CA1 200',
        'operator get /api/live/:callId/listen.wav CAlive 200',
        'operator post /api/live/:callId/tell CAlive 204',
        'operator post /api/live/:callId/hang-up CAlive 204',
        'operator post /api/calls/:callId/notes CA1 201',
        'operator delete /api/calls/:callId CA1 204',
      ]);
    expect(house.deeds.every(({ from }) => from.includes('127.0.0.1'))).toBe(true);
    expect(JSON.stringify(house.deeds)).not.toMatch(/canary|harbour/);
  });

  it('who was kept from it, and who did not know the password', async () => {
    await does('POST /sign-in', null, { password: 'canary guess' });
    await does('DELETE /api/calls/CA1', 'canary guess');
    await does('DELETE /api/calls/CA1', 'look at the harbour');
    await does('GET /api/calls/CA9/recording.wav', 'look at the harbour');
    await does('DELETE /api/calls/canary%20words', 'open the harbour');
    await does('POST /api/calls/CA1/notes', 'open the harbour', { text: '' });
    await does('GET /api/calls/CA1/recording.wav', null);

    await expect
      .poll(told)
      .toEqual([
        'post /sign-in 401',
        'delete /api/calls/:callId CA1 401',
        'viewer delete /api/calls/:callId CA1 403',
        'viewer get /api/calls/:callId/recording.wav CA9 404',
        'operator delete /api/calls/:callId 400',
        'operator post /api/calls/:callId/notes CA1 400',
        'get /api/calls/:callId/recording.wav CA1 401',
      ]);
    expect(JSON.stringify(house.deeds)).not.toMatch(/canary|harbour/);
  });

  it('nothing of those who only look', async () => {
    for (const path of [
      '/',
      '/calls/CA1',
      '/live',
      '/numbers',
      '/api/calls',
      '/api/calls/CA1',
      '/assets/dom.js',
    ])
      await does(`GET ${path}`, 'look at the harbour');
    await does('DELETE /api/calls/CA1', null); // told after all that came before

    await expect.poll(told).toEqual(['delete /api/calls/:callId CA1 401']);
  });

  it('also of those who take all but the beginning', async () => {
    const headers = { Authorization: 'Bearer look at the harbour', Range: 'bytes=1-' };
    await (await house.ask('/api/calls/CA1/recording.wav', { headers })).arrayBuffer();
    await (await house.ask('/api/calls.csv', { headers })).arrayBuffer();

    await expect
      .poll(told)
      .toEqual(['viewer get /api/calls/:callId/recording.wav CA1 206', 'viewer get /api/calls.csv 200']);
  });
});
