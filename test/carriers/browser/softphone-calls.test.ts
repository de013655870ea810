import { describe, expect, it, onTestFinished } from 'vitest';
import { browserCarrier } from '../../../src/carriers/browser/index.ts';
import { createWebApp, listen } from '../../../src/http/server.ts';
import { AUTH_TOKEN, openSocket, SwitchboardSpy } from '../../support/a-carrier.ts';
import { TestClock } from '../../support/test-clock.ts';

async function aSoftphone() {
  const switchboard = new SwitchboardSpy();
  const { ringSoftphone, upgrade } = browserCarrier({
    clock: new TestClock(),
    publicUrlOf: () => '',
    publicUrl: () => '',
    mayComeUnsigned: () => false,
    isOver: async () => false,
    ended: () => {},
    trouble: () => {},
  }).open(switchboard);
  if (!ringSoftphone || !upgrade) throw new Error('There is no phone.');
  const { server, port, serve } = await listen({ port: 0, host: '127.0.0.1' });
  serve(createWebApp(false), [upgrade]);
  onTestFinished(() => void server.close());
  return { ring: () => ringSoftphone('browser', 'house'), switchboard, url: `ws://127.0.0.1:${port}` };
}

describe('a call from the browser’s own phone', () => {
  it('comes in with its ticket alone, once', async () => {
    const { ring, switchboard, url } = await aSoftphone();
    const rung = await ring();
    if (!rung.ok) throw new Error(rung.because);

    expect(switchboard.rung).toMatchObject([
      { callId: rung.callId, carrier: 'browser', from: 'browser', to: 'house' },
    ]);
    const first = await openSocket(url + rung.streamUrl, null);
    const second = await openSocket(url + rung.streamUrl, null);

    expect([typeof first, second]).toEqual(['object', 403]);
    if (typeof first !== 'number') first.terminate();
  });

  it('does not come in by a ticket of another carrier’s, signed or not', async () => {
    const { ring, url } = await aSoftphone();
    const rung = await ring();
    if (!rung.ok) throw new Error(rung.because);
    const elsewhere = url + rung.streamUrl.replace('/browser/', '/twilio/');

    expect(await openSocket(elsewhere, AUTH_TOKEN)).toBe(404);
    expect(await openSocket(`${url}/browser/media/${'a'.repeat(32)}`, AUTH_TOKEN)).toBe(403);
  });

  it('is told why it cannot come in', async () => {
    const { ring, switchboard } = await aSoftphone();
    switchboard.admission = { admitted: false, because: 'full' };

    expect(await ring()).toEqual({ ok: false, because: 'All lines are busy.' });
  });
});
