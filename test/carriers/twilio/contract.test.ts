import { expect, vi } from 'vitest';
import { readTwiml } from '../../../src/practice/phone/wire.ts';
import { describeLeg } from '../../contracts/leg.ts';
import { describePhoneCall } from '../../contracts/phone-call.ts';
import { aCallSid, openSocket, startOf } from '../../support/a-carrier.ts';
import { aLine, aRestServer, cleanups } from '../../support/a-line.ts';
import { PhoneOnASocket } from '../../support/a-phone-on-a-socket.ts';
import { passing } from '../../support/passing-time.ts';

describeLeg('Twilio', async () => {
  const { clock, socket, send, callSid, switchboard } = await aLine();
  switchboard.listens = false;
  const phone = new PhoneOnASocket(socket, clock);
  send(startOf(callSid));
  await vi.waitFor(() => expect(switchboard.connected).toHaveLength(1));
  const [connection] = switchboard.connected;
  if (!connection) throw new Error('not connected');
  return { leg: connection.leg, phone, passes: (ms) => passing(clock, ms) };
});

/** Twilio's account, over its REST API. */
describePhoneCall('Twilio', { hasApi: true }, async () => {
  const asked: string[] = [];
  let isRefusing = false;
  const { account } = await aRestServer((path, body) => {
    if (isRefusing) return { status: 400, body: { code: 20_001, message: 'No.', status: 400 } };
    asked.push(inWords(path, new URLSearchParams(body)));
    return { status: 200, body: { sid: 'CA' } };
  });
  const line = await aLine({ account });
  line.send(startOf(line.callSid));
  await vi.waitFor(() => expect(line.switchboard.connected).toHaveLength(1));
  const sockets = [line.socket];
  return {
    call: line.phoneCall(line.callSid),
    unknown: line.phoneCall(aCallSid()),
    asked: () =>
      asked.filter((what) => what.includes(line.callSid) || what.startsWith('text')).map(withoutId),
    openLegs: () => sockets.filter(({ readyState, OPEN }) => readyState === OPEN).length,
    async losesLeg() {
      line.socket.close(1000);
      await passing(line.clock, 100);
    },
    async reconnects() {
      line.switchboard.afterTransfer = 'reconnect';
      const form = { CallSid: line.callSid, DialCallStatus: 'busy' };
      const twiml = readTwiml(await (await line.post('/twilio/transferred', form)).text());
      const socket = await openSocket(twiml.streamUrl ?? '');
      if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
      cleanups.push(() => socket.terminate());
      sockets.push(socket);
      socket.send(JSON.stringify(startOf(line.callSid)));
      await vi.waitFor(() => expect(line.switchboard.connected).toHaveLength(2));
    },
    refuses() {
      isRefusing = true;
    },
    passes: (ms) => passing(line.clock, ms),
  };
});

/** What Twilio is asked, and of which call. */
function inWords(path: string, form: URLSearchParams): string {
  if (path.endsWith('/Messages.json')) return `text: ${form.get('Body')}`;
  const callSid = /\/Calls\/(\w+)\.json$/.exec(path)?.[1] ?? '';
  const dialled = /<Number>([^<]*)</.exec(form.get('Twiml') ?? '')?.[1];
  if (form.get('Status') === 'completed') return `hang up ${callSid}`;
  return `${dialled === undefined ? 'go on' : `dial ${dialled}`} ${callSid}`;
}

function withoutId(what: string): string {
  return what.replace(/ CA[0-9a-f]{32}$/, '');
}
