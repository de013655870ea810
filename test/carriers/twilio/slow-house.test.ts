import { describe, expect, it, vi } from 'vitest';
import { readTwiml } from '../../../src/practice/phone/wire.ts';
import { aCallSid, closing, startOf } from '../../support/a-carrier.ts';
import { aLine, carrier, formOf } from '../../support/a-line.ts';

const never = () => new Promise<never>(() => {});
const breaks = async () => {
  throw new Error('the store is away');
};

/** What the carrier hears of a house that does not answer within five seconds. */
async function askedInVain(path: string, more: Record<string, string> = {}) {
  const house = await carrier();
  const gate = Promise.withResolvers<void>();
  let isAsked = false;
  house.switchboard.thinks = () => {
    isAsked = true;
    return gate.promise;
  };
  const callSid = aCallSid();
  const reply = house.post(path, { ...formOf(callSid), ...more });
  await vi.waitFor(() => expect(isAsked).toBe(true));
  house.clock.advance(5_000);
  return { ...house, callSid, gate, twiml: readTwiml(await (await reply).text()) };
}

describe('a house that takes its time', () => {
  it('does not keep a caller waiting for ever: they hear that we are sorry', async () => {
    const { twiml, troubles } = await askedInVain('/twilio/voice');

    expect(twiml).toMatchObject({
      streamUrl: null,
      says: [expect.stringContaining('sorry')],
      hangsUp: true,
    });
    expect(troubles).toEqual(['The call was given no answer in time.']);
  });

  it('learns that a call is over which it let in too late', async () => {
    const { gate, switchboard, callSid } = await askedInVain('/twilio/voice');

    gate.resolve();

    await vi.waitFor(() => expect(switchboard.ended).toEqual([callSid]));
  });

  it.each([
    ['/twilio/after', {}],
    ['/twilio/transferred', { DialCallStatus: 'busy' }],
  ])('leaves nobody in silence after their line is gone (%s)', async (path, more) => {
    const { twiml } = await askedInVain(path, more);

    expect(twiml).toMatchObject({ says: [expect.stringContaining('sorry')], hangsUp: true });
  });

  it('does not say that it is sorry to a caller who has talked with a colleague', async () => {
    const { twiml } = await askedInVain('/twilio/transferred', { DialCallStatus: 'completed' });

    expect(twiml).toMatchObject({ says: [], hangsUp: true });
  });

  it('P1: is rung once, and answers a webhook that comes again in the meantime in the same way', async () => {
    const { post, switchboard } = await carrier();
    const gate = Promise.withResolvers<void>();
    const thinks = vi.fn(() => gate.promise);
    switchboard.thinks = thinks;
    const form = formOf(aCallSid());

    const first = post('/twilio/voice', form);
    await vi.waitFor(() => expect(thinks).toHaveBeenCalled());
    const second = post('/twilio/voice', form);
    await post('/twilio/status', { CallSid: aCallSid() }); // by then the second is there, too
    gate.resolve();
    const answers = await Promise.all([first, second].map(async (reply) => (await reply).text()));

    expect(new Set(answers).size).toBe(1);
    expect(thinks).toHaveBeenCalledTimes(1);
  });

  it('hears what the caller said while it made up its mind', async () => {
    const { send, media, switchboard, callSid } = await aLine();
    const gate = Promise.withResolvers<void>();
    switchboard.thinks = vi.fn(() => gate.promise);
    send(startOf(callSid));
    for (let atMs = 0; atMs < 6_000; atMs += 20) media(atMs);
    await vi.waitFor(() => expect(switchboard.thinks).toHaveBeenCalled());
    media(6_000);
    gate.resolve();

    await vi.waitFor(() => expect(switchboard.connected[0]?.events.at(-1)).toMatchObject({ atMs: 6_000 }));
    const heard = switchboard.connected[0]?.events.length ?? 0;
    expect([heard > 0, heard <= 301]).toEqual([true, true]);
  });

  it('hears that the line is gone, also when that was before it took it', async () => {
    const { send, socket, switchboard, callSid } = await aLine();
    const gate = Promise.withResolvers<void>();
    switchboard.thinks = vi.fn(() => gate.promise);
    send(startOf(callSid));
    await vi.waitFor(() => expect(switchboard.thinks).toHaveBeenCalled());
    const isClosed = closing(socket);
    socket.close(1000);
    await isClosed;
    gate.resolve();

    await vi.waitFor(() =>
      expect(switchboard.connected[0]?.events).toEqual([{ type: 'gone', reason: 'lost' }]),
    );
  });

  it('gives a line back that it does not take in time: the carrier asks how to go on', async () => {
    const { send, socket, switchboard, callSid, clock } = await aLine();
    switchboard.thinks = vi.fn(never);
    send(startOf(callSid));
    await vi.waitFor(() => expect(switchboard.thinks).toHaveBeenCalled());
    clock.advance(5_000);

    expect(await closing(socket)).toBe(1000);
  });
});

describe('a house that fails over a call', () => {
  it.each([
    ['/twilio/voice', {}],
    ['/twilio/after', {}],
    ['/twilio/transferred', { DialCallStatus: 'no-answer' }],
  ])('has the caller told that we are sorry, at once (%s)', async (path, more) => {
    const { post, switchboard, troubles } = await carrier();
    switchboard.thinks = breaks;

    const reply = await post(path, { ...formOf(aCallSid()), ...more });

    expect(readTwiml(await reply.text())).toMatchObject({
      says: [expect.stringContaining('sorry')],
      hangsUp: true,
    });
    expect(troubles).toEqual([expect.stringContaining('the store is away')]);
  });

  it('gives the line back', async () => {
    const { send, socket, switchboard, callSid } = await aLine();
    switchboard.thinks = breaks;
    send(startOf(callSid));

    expect(await closing(socket)).toBe(1000);
  });
});
