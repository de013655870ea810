import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { decodeMulaw } from '../../../src/audio/g711.ts';
import { recognise } from '../../../src/practice/hearing/recogniser.ts';
import { readPracticeScript } from '../../../src/practice/phone/replay.ts';
import { everythingHappens, itsRecording, PARKING_QUESTION_MS } from '../../support/a-recorded-call.ts';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';

let house: ReviewHouse;
beforeAll(async () => {
  house = await aReviewHouse();
});
beforeEach(() => house.keep('CA1', everythingHappens(), true));
afterAll(() => house.close());

describe('a call', () => {
  it('is read: who said what, what of it was heard, what was done, what it cost', async () => {
    const call: unknown = await (await house.ask('/api/calls/CA1')).json();

    expect(call).toMatchObject({
      callId: 'CA1',
      endReason: 'caller_hung_up',
      interruptions: 1,
      pricesAsOf: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      transcript: [
        { who: 'agent' },
        { who: 'caller', text: 'When are you open?' },
        {
          who: 'agent',
          text: expect.stringMatching(/^On weekdays/),
          unheard: expect.stringMatching(/appointment\.$/),
        },
        { who: 'caller', atMs: PARKING_QUESTION_MS },
        { who: 'agent', unheard: '' },
        { who: 'caller' },
        { who: 'agent' },
      ],
      toolUses: [{ name: 'find_parking', returned: { result: 'ok', tookMs: 480 } }, { name: 'order_status' }],
    });
    const { cost, costs } = z
      .object({ cost: z.number(), costs: z.object({ total: z.number() }) })
      .parse(call);
    expect(costs.total).toBeCloseTo(cost, 9);
  });

  it('is taken away event by event, as lines', async () => {
    const text = await (await house.ask('/api/calls/CA1/events')).text();

    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(everythingHappens());
  });

  it('becomes a test that does what its caller did, with the sound of it', async () => {
    const script = readPracticeScript(await (await house.ask('/api/calls/CA1/practice.json')).text());

    const heard = script.steps.map((step) => {
      if (step.type !== 'say') return step;
      const samples = decodeMulaw(Buffer.from(step.mulaw ?? '', 'base64'));
      return [step.text, recognise(samples, 8_000)?.name];
    });
    expect(heard).toEqual([
      { type: 'listen' },
      ['When are you open?', 'opening_hours'],
      { type: 'listen_for', ms: 3_560 },
      ['Sorry, is there somewhere to park?', 'parking'],
      { type: 'listen' },
      { type: 'press', digits: '2' },
      { type: 'pause', ms: 1_100 },
      ['Thank you, that is all. Goodbye.', 'goodbye'],
      { type: 'listen' },
      { type: 'hang_up' },
    ]);
  });

  it('becomes a test of its words where it was not recorded', async () => {
    await house.keep('CAunheard', everythingHappens());
    const script = readPracticeScript(await (await house.ask('/api/calls/CAunheard/practice.json')).text());

    expect(script.steps[1]).toEqual({ type: 'say', text: 'When are you open?', mulaw: null });
  });

  it('is drawn from peaks on the time axis of its recording', async () => {
    const peaks = z
      .object({
        durationMs: z.number(),
        perSecond: z.number(),
        caller: z.array(z.number()),
        agent: z.array(z.number()),
      })
      .parse(await (await house.ask('/api/calls/CA1/peaks')).json());

    const at = (ms: number) => Math.round((ms / 1000) * peaks.perSecond);
    const loudest = (lane: number[], fromMs: number, untilMs: number) =>
      Math.max(...lane.slice(at(fromMs), at(untilMs)));
    expect(peaks.durationMs).toBeCloseTo(25_400, -1);
    expect(loudest(peaks.caller, PARKING_QUESTION_MS, PARKING_QUESTION_MS + 1_600)).toBeGreaterThan(10);
    expect(loudest(peaks.agent, PARKING_QUESTION_MS + 100, PARKING_QUESTION_MS + 1_600)).toBe(0);
    expect(loudest(peaks.caller, 1_000, 4_000)).toBe(0);
  });

  it('is marked as reviewed, tagged and noted', async () => {
    await house.ask('/api/calls/CA1', { method: 'PATCH', body: { isReviewed: true } });
    await house.ask('/api/calls/CA1/tags/%C3%9Cber%20%2F%20uns', { method: 'PUT' });
    await house.ask('/api/calls/CA1/notes', {
      method: 'POST',
      body: { text: 'Too long an answer', atMs: 6_300 },
    });

    const card = await house.store.card('CA1');
    expect(card).toMatchObject({
      isReviewed: true,
      tags: ['Über / uns'],
      notes: [{ text: 'Too long an answer', atMs: 6_300 }],
    });

    await house.ask(`/api/calls/CA1/notes/${card?.notes[0]?.noteId}`, { method: 'DELETE' });
    await house.ask('/api/calls/CA1/tags/%C3%9Cber%20%2F%20uns', { method: 'DELETE' });
    expect(await house.store.card('CA1')).toMatchObject({ tags: [], notes: [] });
  });

  it('is noted at its moments, and at no others', async () => {
    const note = async (callId: string, atMs: number) => {
      const response = await house.ask(`/api/calls/${callId}/notes`, {
        method: 'POST',
        body: { text: 'later', atMs },
      });
      return [response.status, z.object({ error: z.string().optional() }).parse(await response.json()).error];
    };
    house.live.rings('CAyoung');
    await house.keep('CAyoung', everythingHappens().slice(0, 4));
    house.clock.advance(60_000); // what happened on the live call last is long ago

    expect(await note('CA1', 25_400)).toEqual([201, undefined]);
    expect(await note('CA1', 100_000_000)).toEqual([
      400,
      'This call is 0:25 long: it has no moment at 27:46:40. Give atMs between 0 and 25400, or null for the call as a whole.',
    ]);
    expect(await note('CAyoung', 100_000_000)).toEqual([
      400,
      expect.stringMatching(/^This call has gone on for \d+:\d\d/),
    ]);
    expect(await note('CAnone', 1)).toEqual([404, expect.any(String)]);
  });

  it('is deleted with its sound, but not while it goes on', async () => {
    house.live.rings('CAlive');
    await house.keep('CAlive', everythingHappens().slice(0, 4));

    expect((await house.ask('/api/calls/CAlive', { method: 'DELETE' })).status).toBe(409);
    expect((await house.ask('/api/calls/CA1', { method: 'DELETE' })).status).toBe(204);
    expect((await house.ask('/api/calls/CA1/recording.wav')).status).toBe(404);
    expect((await house.ask('/calls/CA1')).status).toBe(404);
  });
});

describe('the recording', () => {
  const whole = itsRecording();

  it('comes whole, or the part that is asked for', async () => {
    const all = await house.ask('/api/calls/CA1/recording.wav');
    const part = await house.ask('/api/calls/CA1/recording.wav', { headers: { Range: 'bytes=1000-1999' } });

    expect(all.headers.get('content-type')).toBe('audio/wav');
    expect(new Uint8Array(await all.arrayBuffer())).toEqual(whole);
    expect(part.status).toBe(206);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(whole.slice(1000, 2000));
  });

  it.each([
    'bytes=0-1000000000000000000',
    'bytes=-5',
    'bytes=9999999999-',
    'bytes=5-1',
    'bytes=0-0,1-1,2-2',
    'bytes=a-b',
    `bytes=${'0-1,'.repeat(500)}0-1`,
  ])('U3: bears a strange range: %.40s', async (range) => {
    const response = await house.ask('/api/calls/CA1/recording.wav', { headers: { Range: range } });

    expect([200, 206, 416]).toContain(response.status);
    expect((await response.arrayBuffer()).byteLength).toBeLessThanOrEqual(whole.length);
  });

  it('U3: leads nowhere but to calls that the store has', async () => {
    // The call log itself lies beside the recordings, first of all what must not come out.
    const tries = [
      '..%2f..%2fetc%2fpasswd',
      '%2e%2e%2f',
      '..%5c',
      'CA1%00',
      'CA1/../CA1',
      '%252e%252e',
      'x'.repeat(5_000),
      'ringdown.db',
      'CA1.wav',
      '%c0%ae%c0%ae',
      '.',
      '~',
      'CA%0A1',
    ];

    for (const path of tries) {
      const status = await rawStatus(`${house.url}/api/calls/`, `${path}/recording.wav`);
      expect([path.slice(0, 30), status >= 400 && status < 500]).toEqual([path.slice(0, 30), true]);
    }
    expect(house.crashes).toEqual([]);
  });
});

/** As it stands, without anybody tidying the path first. */
function rawStatus(base: string, rest: string): Promise<number> {
  const { hostname, port, pathname } = new URL(base);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path: `${pathname}${rest}` }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}
