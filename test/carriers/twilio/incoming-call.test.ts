import { describe, expect, it } from 'vitest';
import { readTwiml, signatureOf } from '../../../src/practice/phone/wire.ts';
import { aCallSid } from '../../support/a-carrier.ts';

import { carrier, formOf } from '../../support/a-line.ts';

describe('an incoming call', () => {
  it('is answered with a stream of its own, and a spoken sentence in case that never opens', async () => {
    const { post, switchboard, url } = await carrier();
    const callSid = aCallSid();

    const response = await post('/twilio/voice', formOf(callSid));
    const twiml = readTwiml(await response.text());

    expect(response.headers.get('content-type')).toContain('xml');
    expect(twiml.streamUrl).toMatch(new RegExp(`^${url.replace('http', 'ws')}/twilio/media/[\\w-]{32}$`));
    expect(twiml.action).toBe(`${url}/twilio/after`);
    expect(twiml.says).toHaveLength(1);
    expect(twiml.hangsUp).toBe(true);
    expect(switchboard.rung).toMatchObject([{ callId: callSid, from: '+15005550006', to: '+15005550001' }]);
  });

  it.each([
    ['without a signature', null],
    ['with an empty signature', ''],
    ['signed with another token', 'x'.repeat(32)],
  ])('P1: is refused %s, and nothing is rung', async (_how, token) => {
    const { post, switchboard, url } = await carrier();
    const form = formOf(aCallSid());
    const signature = token ? signatureOf(token, `${url}/twilio/voice`, form) : token;

    const response = await post('/twilio/voice', form, signature);

    expect(response.status).toBe(403);
    expect(switchboard.rung).toEqual([]);
  });

  it('P1: rings once and keeps its ticket when its webhook is replayed, however often', async () => {
    const { post, switchboard } = await carrier();
    const form = formOf(aCallSid());

    const answers = await Promise.all(
      Array.from({ length: 50 }, async () => (await post('/twilio/voice', form)).text()),
    );

    expect(new Set(answers).size).toBe(1);
    expect(switchboard.rung).toHaveLength(1);
  });

  it.each([
    ['no call', {}],
    ['a call id that is none', { CallSid: '../../etc/passwd' }],
    ['a name of 10 kB', { CallSid: aCallSid(), From: 'x'.repeat(10_000) }],
  ])('is refused when it is signed but brings %s', async (_what, form) => {
    const { post, switchboard, troubles } = await carrier();

    expect((await post('/twilio/voice', form)).status).toBe(400);
    expect(switchboard.rung).toEqual([]);
    expect(troubles).toEqual([]);
  });

  it('is refused when it brings more than any call has to say', async () => {
    const { post, troubles } = await carrier();

    expect((await post('/twilio/voice', { CallSid: aCallSid(), Filler: 'x'.repeat(4_000_000) })).status).toBe(
      413,
    );
    expect(troubles).toEqual([]);
  });

  it('C7: hears a polite sentence when there is no room', async () => {
    const { post, switchboard } = await carrier();
    switchboard.admission = { admitted: false, because: 'full' };

    const twiml = readTwiml(await (await post('/twilio/voice', formOf(aCallSid()))).text());

    expect(twiml.streamUrl).toBeNull();
    expect(twiml.says[0]).toContain('busy');
    expect(twiml.hangsUp).toBe(true);
  });

  it.each([
    ['hang_up', []],
    [{}, [expect.stringContaining('sorry')]],
    [{ text: 'Our lines are down.' }, ['Our lines are down.']],
    [{ dial: '+441632960001' }, [expect.stringContaining('connecting you')]],
  ] as const)('is told how to go on after its stream: %s', async (aftermath, says) => {
    const { post, switchboard } = await carrier();
    switchboard.aftermath = aftermath;

    const twiml = readTwiml(await (await post('/twilio/after', formOf(aCallSid()))).text());

    expect(twiml).toMatchObject({ says, hangsUp: true });
  });

  it('ends here when the carrier says that it is over', async () => {
    const { post, switchboard } = await carrier();
    const callSid = aCallSid();

    for (const CallStatus of ['ringing', 'in-progress', 'something-new'])
      await post('/twilio/status', { CallSid: callSid, CallStatus });
    const before = [...switchboard.ended];
    const response = await post('/twilio/status', { CallSid: callSid, CallStatus: 'completed' });

    expect(response.status).toBe(204);
    expect([before, switchboard.ended]).toEqual([[], [callSid]]);
  });

  it('C8: is over when what overtakes the end of its stream says so: nobody was cut off', async () => {
    const { post, switchboard } = await carrier();
    const [hungUp, cutOff] = [aCallSid(), aCallSid()];

    await post('/twilio/after', { ...formOf(hungUp), CallStatus: 'completed' });
    await post('/twilio/after', { ...formOf(cutOff), CallStatus: 'in-progress' });

    expect(switchboard.news).toEqual([`ended ${hungUp}`, `after ${hungUp}`, `after ${cutOff}`]);
  });

  it('is not let in when the caller hung up while the log was asked about them', async () => {
    const { promise: isKnown, resolve } = Promise.withResolvers<boolean>();
    const asked = Promise.withResolvers<void>();
    const isOver = () => {
      asked.resolve();
      return isKnown;
    };
    const { post, switchboard } = await carrier({ isOver });
    const callSid = aCallSid();

    const rings = post('/twilio/voice', formOf(callSid));
    await asked.promise;
    await post('/twilio/status', { CallSid: callSid, CallStatus: 'completed' });
    resolve(false);

    expect(await (await rings).text()).not.toContain('<Stream');
    expect(switchboard.news.at(-1)).toBe(`ended ${callSid}`);
  });

  it('leaves a word in the log when its stream failed', async () => {
    const { post, troubles } = await carrier();

    await post('/twilio/status', {
      CallSid: aCallSid(),
      StreamEvent: 'stream-error',
      StreamError: '31920 - handshake',
    });

    expect(troubles).toEqual(['Stream failed: 31920 - handshake']);
  });
});
