import { describe, expect, it, vi } from 'vitest';
import type { WebSocket } from 'ws';
import type { TransferTarget } from '../../../src/agents/define-agent.ts';
import { LiveCalls } from '../../../src/call/live-calls.ts';
import { Metronome } from '../../../src/call/metronome.ts';
import { NO_TAP } from '../../../src/ports/leg.ts';
import { readTwiml } from '../../../src/practice/phone/wire.ts';
import { ScriptedModel } from '../../../src/testing/scripted-model.ts';
import { builtInTools } from '../../../src/tools/built-in/index.ts';
import { inProcess } from '../../../src/tools/host/tool-host.ts';
import { createToolbox } from '../../../src/tools/toolbox.ts';
import { PLAN } from '../../support/a-call.ts';
import { aCallSid, closing, openSocket, startOf } from '../../support/a-carrier.ts';
import { aRestServer, carrier, cleanups, formOf } from '../../support/a-line.ts';
import { passing } from '../../support/passing-time.ts';
import { TestClock } from '../../support/test-clock.ts';

const transferTargets: Readonly<Record<string, TransferTarget>> = {
  workshop: { number: '+441632960001' },
  office: { number: '+441632960002', announce: 'A caller of the shop & café, from the agent.' },
  till: { number: 'sip:till@example.com', announce: 'A caller.' },
};

/** Calls through every layer, from the model's wish to the carrier's REST API. */
async function aHouse(status = 200) {
  const clock = new TestClock();
  const { requests, account } = await aRestServer(() => ({ status, body: { sid: 'CA', status } }));
  const log = { info() {}, warn() {}, error() {} };
  const tools = builtInTools({ can: ['transfer', 'hang_up'], transferTargets }, clock);
  const around = { clock, log, transferTargets: new Set(Object.keys(transferTargets)), secrets: [] };
  const toolbox = createToolbox([inProcess(tools)], around);
  const models: ScriptedModel[] = [];
  const answered = new Set<string>();
  const calls = new LiveCalls(
    {
      clock,
      metronome: new Metronome(clock),
      model: {
        open(setup, tell) {
          const model = new ScriptedModel();
          models.push(model);
          return model.open(setup, tell);
        },
      },
      observer: (callId, { type }) => void (type === 'answered' && answered.add(callId)),
      tapOf: () => NO_TAP,
      phoneCallOf: ({ callId }) => atCarrier(callId),
      crashed: (_callId, error) => {
        throw error;
      },
    },
    () => ({ ...PLAN, toolbox, transferTargets }),
    100,
  );
  const { post, phoneCall: atCarrier } = await carrier({ switchboard: calls, account });

  /** Answers a call's TwiML as the carrier does: opens its stream. */
  const stream = async (callSid: string, twiml: string) => {
    const socket = await openSocket(readTwiml(twiml).streamUrl ?? '');
    if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
    cleanups.push(() => socket.terminate());
    socket.send(JSON.stringify({ event: 'connected', protocol: 'Call', version: '1.0.0' }));
    socket.send(JSON.stringify(startOf(callSid)));
    return socket;
  };
  const ring = async () => {
    const callSid = aCallSid();
    const socket = await stream(callSid, await (await post('/twilio/voice', formOf(callSid))).text());
    const model = models.at(-1);
    if (!model) throw new Error('no model was asked');
    model.isReady();
    await vi.waitFor(() => expect(answered).toContain(callSid));
    return { callSid, model, socket };
  };
  return { clock, calls, requests, post, ring, stream };
}

/** The carrier takes the stream away. */
async function leave(socket: WebSocket): Promise<void> {
  const isClosed = closing(socket);
  socket.close(1000);
  await isClosed;
  await new Promise((resolve) => setImmediate(resolve));
}

/** What the carrier asks us for once somebody has picked up, as a path of ours. */
function whisperOf(body: string | undefined): string {
  const twiml = new URLSearchParams(body).get('Twiml') ?? '';
  const address = /<Number url="([^"]*)"/.exec(twiml)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const { pathname, search } = new URL(address);
  return pathname + search;
}

const numbers = [
  '+1900555',
  '+44909',
  'tel:+441632960',
  'sip:live@',
  '０１６３２',
  '٠١٦٣٢',
  'workshop;ext=',
  'WORKSHOP',
];

describe('the carrier, asked by an agent', () => {
  it('F3: dials nobody for a thousand injected targets, however they are written', {
    timeout: 60_000,
  }, async () => {
    const { clock, requests, ring } = await aHouse();
    const told = new Set<string>();
    for (let call = 0; call < 25; call++) {
      const { model } = await ring();
      for (let nth = 0; nth < 40; nth++) {
        model.hearsSpeech(); // each in a turn of its own: no limit on loops stands in for the rule
        model.hearsPause();
        const target = `${numbers[(call * 40 + nth) % numbers.length]}${call * 40 + nth}`;
        told.add(JSON.stringify(await model.uses('transfer', { target })).replaceAll(/\d+/g, ''));
        clock.advance(100);
      }
      clock.advance(15_000);
    }

    expect([...told].filter((answer) => !answer.includes('workshop'))).toEqual([]); // all were told whom they may name
    expect(requests).toEqual([]);
  });

  it.each([
    ['busy', 'the line is busy'],
    ['no-answer', 'nobody answers'],
  ])('L4: dials the named target, and brings the caller back from %s', async (status, words) => {
    const { clock, calls, requests, post, ring, stream } = await aHouse();
    const { callSid, model } = await ring();
    await model.uses('transfer', { target: 'workshop' });
    model.speaks('I am connecting you.', 1_000);
    await passing(clock, 1_500);
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    expect(requests[0]?.body).toContain(encodeURIComponent('<Number>+441632960001</Number>'));

    const reply = await post('/twilio/transferred', { CallSid: callSid, DialCallStatus: status });
    await stream(callSid, await reply.text());

    expect(JSON.stringify(model.added.at(-1))).toContain(words);
    expect(calls.find(callSid)).toBeDefined();
  });

  it('tells the one who picks up who is calling, before they are put through', async () => {
    const { clock, requests, post, ring } = await aHouse();
    const { model } = await ring();
    await model.uses('transfer', { target: 'office' });
    model.speaks('I am connecting you.', 1_000);
    await passing(clock, 1_500);
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    const address = whisperOf(requests[0]?.body);

    const heard = await post(address, { CallSid: aCallSid(), ParentCallSid: aCallSid() });
    const forged = await post(address.replace('caller', 'thief'), { CallSid: aCallSid() }, 'forged');

    const twiml = await heard.text();
    expect(readTwiml(twiml).says).toEqual(['A caller of the shop & café, from the agent.']);
    expect(twiml).toMatch(/<Say>[^<]*<\/Say><\/Response>$/); // nothing after it: then the two are connected
    expect(forged.status).toBe(403);
    expect((await post('/twilio/announce', { CallSid: aCallSid() })).status).toBe(400);
  });

  it('dials an address of the internet’s telephony as such', async () => {
    const { clock, requests, ring } = await aHouse();
    const { model } = await ring();
    await model.uses('transfer', { target: 'till' });
    model.speaks('I am connecting you.', 1_000);
    await passing(clock, 1_500);

    await vi.waitFor(() => expect(requests).toHaveLength(1));
    const twiml = new URLSearchParams(requests[0]?.body).get('Twiml');
    expect(twiml).toMatch(
      /<Sip url="http:[^"]*\/twilio\/announce\?text=A(%20|\+)caller\."[^>]*>sip:till@example\.com<\/Sip>/,
    );
  });

  it('O3: keeps the caller with the agent when the carrier’s REST API fails', async () => {
    const { clock, calls, ring } = await aHouse(500);
    const { callSid, model } = await ring();
    await model.uses('transfer', { target: 'workshop' });
    model.speaks('I am connecting you.', 1_000);
    await passing(clock, 1_500);

    await vi.waitFor(() => expect(JSON.stringify(model.added.at(-1))).toContain('did not go through'));
    expect(calls.find(callSid)).toBeDefined();
  });

  it('hangs up at the carrier while the caller is with somebody else, and their line is gone', async () => {
    const { clock, calls, requests, ring } = await aHouse();
    const { callSid, model, socket } = await ring();
    await model.uses('transfer', { target: 'workshop' });
    model.speaks('I am connecting you.', 1_000);
    await passing(clock, 1_500);
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    await leave(socket);

    calls.find(callSid)?.end('operator_hung_up');

    await vi.waitFor(() => expect(requests.map(({ body }) => body)).toContain('Status=completed'));
    expect(requests.at(-1)?.path).toContain(callSid);
  });

  it('L4: hangs up at the carrier once the goodbye was heard', async () => {
    const { clock, requests, ring } = await aHouse();
    const { model } = await ring();

    await model.uses('hang_up', {});
    model.speaks('Goodbye!', 1_000);
    await passing(clock, 2_000);

    await vi.waitFor(() => expect(requests.map(({ body }) => body)).toEqual(['Status=completed']));
  });
});
