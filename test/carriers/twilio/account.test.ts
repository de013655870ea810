import { describe, expect, it, vi } from 'vitest';
import { readTwiml } from '../../../src/practice/phone/wire.ts';
import { AUTH_TOKEN, aCallSid, closing, openSocket } from '../../support/a-carrier.ts';
import { aRestServer, aStartedLine, carrier } from '../../support/a-line.ts';

describe('hanging up', () => {
  it('ends the phone call at the carrier’s own address, then the line', async () => {
    const { requests, account } = await aRestServer(() => ({
      status: 200,
      body: { sid: 'CA', status: 'completed' },
    }));
    const { phoneCall, socket, callSid } = await aStartedLine({ account });

    void phoneCall(callSid).hangUp();

    expect(await closing(socket)).toBe(1000);
    expect(requests).toMatchObject([
      { path: `/2010-04-01/Accounts/${account.accountSid}/Calls/${callSid}.json`, body: 'Status=completed' },
    ]);
    expect(requests[0]?.authorization).toMatch(/^Basic /);
  });

  it('is content when the call had ended already', async () => {
    const { account } = await aRestServer(() => ({
      status: 404,
      body: { code: 20404, message: 'not found', status: 404 },
    }));
    const { phoneCall, callSid, socket, troubles } = await aStartedLine({ account });

    void phoneCall(callSid).hangUp();

    expect(await closing(socket)).toBe(1000);
    expect(troubles).toEqual([]);
  });

  it('closes the line all the same when the carrier refuses, and says so without a secret', async () => {
    const { account } = await aRestServer(() => ({
      status: 401,
      body: { code: 20003, message: 'Authenticate', status: 401 },
    }));
    const { phoneCall, callSid, socket, troubles } = await aStartedLine({ account });

    void phoneCall(callSid).hangUp();

    expect(await closing(socket)).toBe(1000);
    expect(troubles).toEqual([expect.stringContaining('401')]);
    expect(troubles.join()).not.toContain(AUTH_TOKEN);
  });

  it('closes the line within a second when the carrier does not answer, and sends nobody to look for a bad key', async () => {
    const { account } = await aRestServer(() => ({ status: 200, body: {} }));
    const { phoneCall, callSid, socket, clock, troubles } = await aStartedLine({
      account: { ...account, apiUrl: 'http://127.0.0.1:9' },
    });

    void phoneCall(callSid).hangUp();
    clock.advance(900);

    expect(await closing(socket)).toBe(1000);
    await vi.waitFor(() => expect(troubles).toHaveLength(1));
    expect(troubles[0]).toMatch(/did not answer\. Check TWILIO_API_URL and the network\.$/);
  });

  it('closes the line where there is no account to end the call with', async () => {
    const { phoneCall, callSid, socket } = await aStartedLine();

    void phoneCall(callSid).hangUp();

    expect(await closing(socket)).toBe(1000);
  });
});

describe('connecting the caller with somebody else', () => {
  const request = { number: '+441632960001', ringMs: 25_000, mostMs: 3_600_000 };

  it('has the carrier dial that number, and come back to us with what became of it', async () => {
    const { requests, account } = await aRestServer(() => ({ status: 200, body: { sid: 'CA' } }));
    const { phoneCall, callSid, url } = await aStartedLine({ account });

    expect(await phoneCall(callSid).dial(request)).toBe('under_way');

    expect(requests).toHaveLength(1);
    expect(requests[0]?.path).toBe(`/2010-04-01/Accounts/${account.accountSid}/Calls/${callSid}.json`);
    expect(new URLSearchParams(requests[0]?.body).get('Twiml')).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><Response><Dial action="${url}/twilio/transferred" timeout="25" timeLimit="3600"><Number>+441632960001</Number></Dial></Response>`,
    );
  });

  it('is no trouble where the caller has hung up by then', async () => {
    const { account } = await aRestServer(() => ({ status: 400, body: { code: 21_220, status: 400 } }));
    const { phoneCall, callSid, troubles } = await aStartedLine({ account });

    expect(await phoneCall(callSid).redirect({})).toBe(false);
    expect(troubles).toEqual([]);
  });

  it('O3: says so when the carrier will not', async () => {
    const { account } = await aRestServer(() => ({ status: 500, body: { code: 20500, status: 500 } }));
    const { phoneCall, callSid, troubles } = await aStartedLine({ account });

    expect(await phoneCall(callSid).dial(request)).toBe('refused');
    expect(troubles).toEqual([expect.stringContaining('500')]);
  });

  it('is refused where there is no account to do it with', async () => {
    const { phoneCall, callSid } = await aStartedLine();

    expect(await phoneCall(callSid).dial(request)).toBe('refused');
  });

  it.each([
    ['completed', 'completed'],
    ['answered', 'completed'],
    ['busy', 'busy'],
    ['no-answer', 'no_answer'],
    ['canceled', 'failed'],
    ['something new', 'failed'],
  ])('tells the house of %s', async (status, outcome) => {
    const { post, callSid, switchboard } = await aStartedLine();

    await post('/twilio/transferred', { CallSid: callSid, DialCallStatus: status });

    expect(switchboard.cameBack).toEqual([`${callSid} ${outcome}`]);
  });

  it('O3: opens the line anew for a caller who comes back', async () => {
    const { post, callSid, switchboard } = await aStartedLine();
    switchboard.afterTransfer = 'reconnect';

    const reply = await post('/twilio/transferred', { CallSid: callSid, DialCallStatus: 'busy' });

    const socket = await openSocket(readTwiml(await reply.text()).streamUrl ?? '');
    expect(socket).not.toBeTypeOf('number');
    if (typeof socket !== 'number') socket.terminate();
  });

  it('hangs up after a conversation with a colleague', async () => {
    const { post, callSid } = await aStartedLine();

    const reply = await post('/twilio/transferred', { CallSid: callSid, DialCallStatus: 'completed' });

    expect(readTwiml(await reply.text())).toMatchObject({ hangsUp: true, says: [] });
  });
});

describe('messages', () => {
  const message = { From: '+15005550006', To: '+15005550001', Body: '', NumMedia: '1' };

  it('are sent from the number that was dialled, to the caller', async () => {
    const { requests, account } = await aRestServer(() => ({ status: 201, body: { sid: 'SM' } }));
    const house = await carrier({ account });

    const message = { from: '+2', to: '+1', text: 'See you at ten.' };
    expect(await house.phoneCall(aCallSid()).sendText(message)).toEqual({ ok: true });

    expect(Object.fromEntries(new URLSearchParams(requests[0]?.body))).toEqual({
      From: '+2',
      To: '+1',
      Body: 'See you at ten.',
    });
  });

  it('bring a picture to the call that its sender is on', async () => {
    const { account, requests } = await aRestServer(() => ({ status: 200, body: {}, picture: 'image/png' }));
    const { post, switchboard } = await carrier({ account });

    await post('/twilio/message', { ...message, MediaUrl0: `${account.apiUrl}media/1` });

    await vi.waitFor(() =>
      expect(switchboard.pictures).toEqual([
        { from: message.From, to: message.To, bytes: 3, mediaType: 'image/png' },
      ]),
    );
    expect(requests[0]?.authorization).toMatch(/^Basic /);
  });

  it('bring no picture of somebody who is on no call', async () => {
    const { account, requests } = await aRestServer(() => ({ status: 200, body: {}, picture: 'image/png' }));
    const { post, switchboard } = await carrier({ account });
    switchboard.awaitsPictures = false;

    await post('/twilio/message', { ...message, MediaUrl0: `${account.apiUrl}media/1` });
    switchboard.awaitsPictures = true;
    await post('/twilio/message', { ...message, MediaUrl0: `${account.apiUrl}media/2` });

    await vi.waitFor(() => expect(switchboard.pictures).toHaveLength(1));
    expect(requests.map(({ path }) => path)).toEqual(['/media/2']);
  });

  it('bring four pictures at a time, and of a flood no more than a few others', async () => {
    const gate = Promise.withResolvers<void>();
    const { account, requests } = await aRestServer(async () => {
      await gate.promise;
      return { status: 200, body: {}, picture: 'image/png' };
    });
    const { post, switchboard, troubles } = await carrier({ account });

    for (let i = 0; i < 60; i++)
      await post('/twilio/message', { ...message, MediaUrl0: `${account.apiUrl}media/${i}` });
    await vi.waitFor(() => expect(requests.length).toBeGreaterThanOrEqual(4));
    expect(requests).toHaveLength(4);
    gate.resolve();

    await vi.waitFor(() => expect(switchboard.pictures).toHaveLength(24));
    expect(troubles).toHaveLength(36);
    expect(troubles[0]).toContain('at once');
  });

  it.each([
    'http://169.254.169.254/latest',
    'https://twilio.com.example.org/x',
    'http://api.twilio.com/x',
    'file:///etc/passwd',
  ])('U5: have nothing fetched from %s', async (address) => {
    const { account, requests } = await aRestServer(() => ({ status: 200, body: {} }));
    const { post, switchboard, troubles } = await carrier({ account });

    await post('/twilio/message', { ...message, MediaUrl0: address });

    await vi.waitFor(() => expect(troubles).toHaveLength(1));
    expect(switchboard.pictures).toEqual([]);
    expect(requests).toEqual([]);
    expect(troubles.join()).not.toContain(AUTH_TOKEN);
  });

  it('U5: follow no redirect to somewhere else', async () => {
    const { account } = await aRestServer(() => ({
      status: 302,
      body: {},
      location: 'http://127.0.0.1:9/x',
    }));
    const { post, troubles } = await carrier({ account });

    await post('/twilio/message', { ...message, MediaUrl0: `${account.apiUrl}media/1` });

    await vi.waitFor(() => expect(troubles).toEqual([expect.stringContaining('127.0.0.1:9')]));
  });
});
