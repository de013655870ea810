import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { callerClip } from '../../../src/practice/voice.ts';
import { everythingHappens } from '../../support/a-recorded-call.ts';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';

let house: ReviewHouse;
beforeEach(async () => {
  house = await aReviewHouse();
});
afterEach(() => house.close());

/** Reads a stream of events until one comes that is waited for. */
async function listen(path: string) {
  const response = await house.ask(path);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  const next = async () => {
    for (;;) {
      const end = text.indexOf('\n\n');
      if (end >= 0) {
        const message = text.slice(0, end);
        text = text.slice(end + 2);
        const event = /^event: (.*)$/m.exec(message)?.[1];
        if (event) return { event, data: JSON.parse(/^data: (.*)$/m.exec(message)?.[1] ?? 'null') };
        continue;
      }
      const { value, done } = (await reader?.read()) ?? { done: true };
      if (done) return null;
      text += value;
    }
  };
  const until = async (isIt: (message: { event: string; data: unknown }) => boolean) => {
    for (let message = await next(); message; message = await next()) if (isIt(message)) return message;
    return null;
  };
  return { response, until, leave: () => reader?.cancel() };
}

describe('watching a call', () => {
  it('tells what was said so far, and goes on as it happens', async () => {
    house.live.rings('CA1');
    for (const event of everythingHappens().slice(1, 11)) house.live.happens('CA1', event.atMs, event);

    const stream = await listen('/api/live/CA1/stream');
    expect(await stream.until(({ event }) => event === 'line')).toMatchObject({
      data: { who: 'agent', text: expect.stringMatching(/^Harbour/) },
    });
    house.live.happens('CA1', 30_000, { type: 'caller_started_speaking' });
    house.live.happens('CA1', 31_000, { type: 'caller_stopped_speaking' });
    house.live.happens('CA1', 31_200, { type: 'caller_said', text: callerClip('goodbye').text });

    const line = await stream.until(
      ({ event, data }) => event === 'line' && JSON.stringify(data).includes('Goodbye'),
    );
    expect(line).toMatchObject({ data: { who: 'caller', atMs: 30_000 } });
    await stream.leave();
  });

  it('ends with the call, and leaves nothing behind when its reader goes', async () => {
    house.live.rings('CA1');
    house.live.rings('CA2');
    const first = await listen('/api/live/CA1/stream');
    const second = await listen('/api/live/CA2/stream');
    await second.until(({ event }) => event === 'doing');

    house.live.happens('CA1', 1_000, { type: 'ended', reason: 'caller_hung_up' });
    expect(await first.until(() => false)).toBeNull();
    await second.leave();
    await expect.poll(() => house.live.watchers('CA2')).toBe(0);
    expect(house.crashes).toEqual([]);
  });

  it('is refused for a call that there is not', async () => {
    expect((await house.ask('/api/live/CA9/stream')).status).toBe(404);
  });
});

describe('the calls that go on', () => {
  it('are told again when something changes, and only then', async () => {
    const stream = await listen('/api/live/stream');
    expect(await stream.until(() => true)).toEqual({ event: 'calls', data: [] });
    house.clock.advance(5_000);
    house.live.rings('CA1', { from: '+15551234567' });
    house.clock.advance(500);

    expect(await stream.until(() => true)).toMatchObject({
      event: 'calls',
      data: [{ callId: 'CA1', who: '+15551234567', doing: 'ringing' }],
    });
    await stream.leave();
  });
});

describe('listening in', () => {
  it('gives both voices side by side, each where it sounds, and lets go with its listener', async () => {
    house.live.rings('CA1');
    const response = await house.ask('/api/live/CA1/listen.wav');
    house.live.sounds('caller', Uint8Array.of(1, 2));
    house.live.sounds('agent', Uint8Array.of(11, 12, 13));
    house.live.sounds('caller', Uint8Array.of(3, 4));
    house.live.sounds('caller', Uint8Array.of(5, 6));

    const reader = response.body?.getReader();
    let bytes: number[] = [];
    while (bytes.length < 58 + 12) bytes = [...bytes, ...((await reader?.read())?.value ?? [])];
    expect(response.headers.get('content-type')).toBe('audio/wav');
    expect(bytes.slice(-12)).toEqual([1, 0xff, 2, 0xff, 3, 11, 4, 12, 5, 13, 6, 0xff]);
    await reader?.cancel();
    await expect.poll(() => house.live.listeners).toBe(0);
    expect(house.live.watchers('CA1')).toBe(0);
  });

  it('ends with the call', async () => {
    house.live.rings('CA1');
    const response = await house.ask('/api/live/CA1/listen.wav');
    house.live.happens('CA1', 1_000, { type: 'ended', reason: 'caller_hung_up' });

    expect((await response.arrayBuffer()).byteLength).toBe(58);
    expect(house.live.listeners).toBe(0);
  });
});

describe('stepping in', () => {
  it('reaches the call: a note, a transfer, the end', async () => {
    house.live.rings('CA1');
    const act = (what: string, body?: object) =>
      house.ask(`/api/live/CA1/${what}`, { method: 'POST', ...(body && { body }) });

    expect((await act('tell', { text: 'Offer Tuesday.' })).status).toBe(204);
    expect((await act('transfer', { target: 'front office' })).status).toBe(204);
    expect((await act('hang-up')).status).toBe(204);

    expect(house.live.asked).toEqual([
      'tell CA1: Offer Tuesday.',
      'transfer CA1 to front office',
      'hang up CA1',
    ]);
  });

  it('says why not, where it comes too late', async () => {
    const response = await house.ask('/api/live/CA1/hang-up', { method: 'POST' });

    expect([response.status, await response.json()]).toEqual([409, { error: 'This call is over.' }]);
  });

  it('rings out only to a whole number', async () => {
    const ring = (to: string) => house.ask('/api/calls', { method: 'POST', body: { to } });

    expect((await ring('+15005550006')).status).toBe(201);
    for (const to of ['911', '+0', 'sip:a@b', '+1500555\n0006', ''])
      expect((await ring(to)).status).toBe(400);
    expect(house.live.asked).toEqual(['ring +15005550006']);
  });
});
