import { describe, expect, it, vi } from 'vitest';
import { isKnownOver, PastCalls } from '../../../src/carriers/twilio/past-calls.ts';
import { RememberedNames } from '../../../src/limits/remembered.ts';
import { readTwiml, signatureOf } from '../../../src/practice/phone/wire.ts';
import { AUTH_TOKEN, aCallSid } from '../../support/a-carrier.ts';
import { aHouse, type House } from '../../support/a-house.ts';
import { carrier, cleanups, formOf } from '../../support/a-line.ts';
import { aFolder } from '../../support/temp-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

async function aSignedHouse(directory: string): Promise<House> {
  const house = await aHouse({
    HOST: '127.0.0.1',
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    REVIEW_PASSWORD: 'word',
    DATA_DIR: directory,
  });
  cleanups.push(house.close);
  // However busy the machine is: from here on the log answers.
  await fetch(`${house.app.localUrl}/api/calls`, { headers: { Authorization: 'Bearer word' } });
  return house;
}

/** One request, signed once, sent to whichever process listens. The signature is over an address that stays. */
async function post({ app }: House, path: string, form: Record<string, string>): Promise<string> {
  const response = await fetch(app.localUrl + path, {
    method: 'POST',
    body: new URLSearchParams(form),
    headers: { 'X-Twilio-Signature': signatureOf(AUTH_TOKEN, app.localUrl + path, form) },
  });
  return response.text();
}

const ended = { CallStatus: 'completed' };
const ringsOf = ({ facts }: House) => facts.filter(({ event }) => event.type === 'rang').length;

async function endsOneCall(house: House, callSid: string): Promise<void> {
  await post(house, '/twilio/voice', formOf(callSid));
  await post(house, '/twilio/status', { ...formOf(callSid), ...ended });
  await vi.waitFor(() => expect(house.facts.some(({ event }) => event.type === 'ended')).toBe(true));
}

describe('P6: a webhook that is sent again', () => {
  it('opens nothing once its call is over, however often it comes', async () => {
    const house = await aSignedHouse(aFolder({}).path);
    const callSid = aCallSid();
    await endsOneCall(house, callSid);

    const answers = [];
    for (let i = 0; i < 10; i++) answers.push(readTwiml(await post(house, '/twilio/voice', formOf(callSid))));

    expect(answers).toEqual(
      Array(10).fill(expect.objectContaining({ streamUrl: null, says: [], hangsUp: true })),
    );
    expect([ringsOf(house), house.model.sessions.length]).toEqual([1, 0]);
  });

  it('opens nothing in the next process either, which knows of the call from the log', async () => {
    const directory = aFolder({}).path;
    const callSid = aCallSid();
    const before = await aSignedHouse(directory);
    await endsOneCall(before, callSid);
    await before.close();
    cleanups.pop();
    const house = await aSignedHouse(directory);

    const again = readTwiml(await post(house, '/twilio/voice', formOf(callSid)));
    const other = readTwiml(await post(house, '/twilio/voice', formOf(aCallSid())));

    expect([again.streamUrl, other.streamUrl]).toEqual([null, expect.stringContaining('/twilio/media/')]);
    expect(ringsOf(house)).toBe(1);
  });

  it('opens nothing after its call was turned away, or reported to be over before it came', async () => {
    const house = await aSignedHouse(aFolder({}).path);
    const [turnedAway, reported] = [aCallSid(), aCallSid()];
    const ringAs = (callSid: string, agent = '') =>
      post(house, `/twilio/voice${agent}`, formOf(callSid)).then(readTwiml);
    const first = await ringAs(turnedAway, '?agent=nobody-of-that-name');
    await post(house, '/twilio/status', { ...formOf(reported), ...ended });

    expect(first).toMatchObject({ streamUrl: null, says: [expect.any(String)] });
    expect([await ringAs(turnedAway), await ringAs(reported)]).toEqual(
      Array(2).fill(expect.objectContaining({ streamUrl: null, hangsUp: true })),
    );
    expect(ringsOf(house)).toBe(0);
  });

  it('gets the same answer while its call goes on, as Twilio repeats what it heard no answer to', async () => {
    const house = await aSignedHouse(aFolder({}).path);
    const form = formOf(aCallSid());

    const answers = [await post(house, '/twilio/voice', form), await post(house, '/twilio/voice', form)];

    expect(answers[1]).toBe(answers[0]);
    expect(ringsOf(house)).toBe(1);
  });

  it('shows a picture once', async () => {
    const { post: postTo, troubles } = await carrier({
      account: { accountSid: `AC${'0'.repeat(32)}`, authToken: AUTH_TOKEN, apiUrl: 'http://127.0.0.1:9' },
    });
    const message = {
      From: '+15005550006',
      To: '+15005550001',
      MessageSid: 'MM1',
      MediaUrl0: 'http://127.0.0.1:9/1',
    };

    await postTo('/twilio/message', message);
    await postTo('/twilio/message', message);
    await postTo('/twilio/message', { ...message, MessageSid: 'MM2' });

    await vi.waitFor(() => expect(troubles).toHaveLength(2)); // each is asked for, in vain
  });
});

describe('what is over', () => {
  it('is not asked of a log that takes too long: whoever rings now matters more', async () => {
    const clock = new TestClock();
    const past = new PastCalls(clock, () => new Promise(() => {}));
    past.ended('CA1');

    const unknown = past.isOver('CA2');
    clock.advance(2_000);

    expect([await past.isOver('CA1'), await unknown, clock.timers]).toEqual([true, false, 0]);
  });

  it('is not asked of a log that fails', async () => {
    const past = new PastCalls(new TestClock(), () => Promise.reject(new Error('gone')));

    expect(await past.isOver('CA2')).toBe(false);
  });

  it('is no call whose process was lost a moment ago: the caller is still there, and the carrier asks again', () => {
    const call = { startedWallMs: 1_000_000, endReason: 'failed' } as const;

    expect([isKnownOver(call, 1_060_000), isKnownOver(call, 1_400_000)]).toEqual([false, true]);
    expect(isKnownOver({ ...call, endReason: 'caller_hung_up' }, 1_060_000)).toBe(true);
    expect([isKnownOver({ ...call, endReason: null }, 1_400_000), isKnownOver(null, 0)]).toEqual([
      false,
      false,
    ]);
  });

  it('is remembered in bounds', () => {
    const names = new RememberedNames(2);

    expect(['a', 'a', 'b', 'c'].map((name) => names.add(name))).toEqual([true, false, true, true]);
    expect([names.has('a'), names.has('b'), names.has('c')]).toEqual([false, true, true]);
  });
});
