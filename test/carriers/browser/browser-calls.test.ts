import { describe, expect, it } from 'vitest';
import { readTwiml } from '../../../src/practice/phone/wire.ts';
import { aCallSid, openSocket } from '../../support/a-carrier.ts';
import { carrier, formOf } from '../../support/a-line.ts';

describe('a call from the browser’s own phone', () => {
  it('comes in with its ticket alone, once', async () => {
    const { ringFromBrowser, switchboard, url } = await carrier();
    const rung = await ringFromBrowser('browser', 'house');
    if (!rung.ok) throw new Error(rung.because);

    expect(switchboard.rung).toMatchObject([
      { callId: rung.callId, carrier: 'browser', from: 'browser', to: 'house' },
    ]);
    const address = `${url.replace('http', 'ws')}${rung.streamUrl}`;
    const first = await openSocket(address, null);
    const second = await openSocket(address, null);

    expect([typeof first, second]).toEqual(['object', 403]);
    if (typeof first !== 'number') first.terminate();
  });

  it('does not make a ticket of Twilio’s good without a signature', async () => {
    const { post } = await carrier();
    const { streamUrl } = readTwiml(await (await post('/twilio/voice', formOf(aCallSid()))).text());

    const unsigned = await openSocket(streamUrl ?? '', null);
    const signed = await openSocket(streamUrl ?? '');

    expect([unsigned, typeof signed]).toEqual([403, 'object']);
    if (typeof signed !== 'number') signed.terminate();
  });

  it('is told why it cannot come in', async () => {
    const { ringFromBrowser, switchboard } = await carrier();
    switchboard.admission = { admitted: false, because: 'full' };

    expect(await ringFromBrowser('browser', 'house')).toEqual({ ok: false, because: 'All lines are busy.' });
  });
});
