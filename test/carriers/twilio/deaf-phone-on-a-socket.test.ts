import { expect, it, vi } from 'vitest';
import { LiveCalls } from '../../../src/call/live-calls.ts';
import { Metronome } from '../../../src/call/metronome.ts';
import type { CallEvent } from '../../../src/ports/facts.ts';
import { type Leg, NO_TAP } from '../../../src/ports/leg.ts';
import { readTwiml } from '../../../src/practice/phone/wire.ts';
import { CallSound } from '../../../src/recordings/call-sound.ts';
import { ScriptedModel } from '../../../src/testing/scripted-model.ts';
import { ScriptedPhoneCall } from '../../../src/testing/scripted-phone-call.ts';
import { aRecorder } from '../../recordings/support/a-recorder.ts';
import { PLAN } from '../../support/a-call.ts';
import { aCallSid, openSocket, startOf } from '../../support/a-carrier.ts';
import { carrier, cleanups, formOf } from '../../support/a-line.ts';
import { PhoneOnASocket } from '../../support/a-phone-on-a-socket.ts';
import { passing } from '../../support/passing-time.ts';
import { TestClock } from '../../support/test-clock.ts';

const OLD = 0x11;
const NEW = 0x22;
const SILENCE = new Uint8Array(160).fill(0xff);

/** A call whose agent has begun on a minute of speech, on a socket of this machine. */
async function aLongAnswer() {
  const clock = new TestClock();
  const [sent, facts]: [string[], CallEvent[]] = [[], []];
  const model = new ScriptedModel({}, (entry) => void sent.push(entry));
  const recorded = aRecorder();
  const legs: Leg[] = [];
  const startedAt = clock.now();
  const calls = new LiveCalls(
    {
      clock,
      metronome: new Metronome(clock),
      model,
      observer: (_callId, event) => void facts.push(event),
      tapOf: () => new CallSound(recorded.recorder, startedAt, NO_TAP),
      phoneCallOf: ({ callId }) => new ScriptedPhoneCall(callId),
      crashed: (_callId, error) => {
        throw error;
      },
    },
    () => ({ ...PLAN, recording: 'at_once' }),
    10,
  );
  const switchboard = new Proxy(calls, {
    get: (target, name) =>
      name === 'connect'
        ? (callId: string, leg: Leg) => legs.push(leg) > 0 && target.connect(callId, leg)
        : Reflect.get(target, name).bind(target),
  });
  const { post } = await carrier({ switchboard, clock });
  const callSid = aCallSid();
  const { streamUrl } = readTwiml(await (await post('/twilio/voice', formOf(callSid))).text());
  const socket = await openSocket(streamUrl ?? '');
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  cleanups.push(() => socket.terminate());
  socket.send(JSON.stringify(startOf(callSid)));
  await vi.waitFor(() => expect(legs).toHaveLength(1));
  clock.every(250, () => recorded.recorder.flush(clock.now() - startedAt));
  const phone = new PhoneOnASocket(socket, clock);
  clock.every(20, () => phone.says(SILENCE));
  model.isReady();
  await passing(clock, 300);
  model.starts('r1');
  model.delta('old', OLD, 60_000);
  await passing(clock, 4_000);
  return { clock, model, sent, facts, recorded, socket, phone, startedAt, callSid, calls, leg: legs[0] };
}

it('B10 P3 R2: plays nothing old when a phone reads again that had not for 20 s, and remembers it as it was', async () => {
  const { clock, model, sent, facts, recorded, socket, phone, startedAt, callSid, calls, leg } =
    await aLongAnswer();

  socket.pause();
  await passing(clock, 20_000);
  const heardMs = phone.heardMs(OLD);
  expect(leg?.backlogBytes).toBeLessThan(64 * 1024);
  socket.resume();
  await passing(clock, 1_000);
  model.says('new', { ms: 1_000, code: NEW, response: 'r2', want: 'operator' });
  await passing(clock, 2_000);
  calls.find(callSid)?.end('caller_hung_up');

  expect(phone.heardMs(OLD)).toBe(heardMs);
  expect(phone.heardMs(NEW)).toBe(1_000);
  const truncations = sent.filter((entry) => entry.startsWith('truncate'));
  expect(truncations).toEqual([expect.stringMatching(/^truncate old at \d+ ms$/)]);
  const toldMs = Number(/at (\d+) ms/.exec(truncations[0] ?? '')?.[1]);
  expect(Math.abs(toldMs - heardMs)).toBeLessThanOrEqual(250);
  expect(facts.find(({ type }) => type === 'problem')).toMatchObject({ code: 'phone_is_deaf' });

  const recording = recorded
    .agent()
    .map((run) => /^(\d+): (\d+)\D+(\d+)/.exec(run)?.slice(1).map(Number) ?? []);
  const playedAt = (code: number) => phone.heardSince(code) - startedAt;
  expect(recording).toHaveLength(2);
  const [[oldCode, oldFrom = 0, oldUntil = 0] = [], [newCode, newFrom = 0, newUntil = 0] = []] = recording;
  expect([oldCode, newCode]).toEqual([OLD, NEW]);
  expect(Math.abs(oldFrom - playedAt(OLD))).toBeLessThanOrEqual(25);
  expect(Math.abs(oldUntil - oldFrom - heardMs)).toBeLessThanOrEqual(250);
  expect(Math.abs(newFrom - playedAt(NEW))).toBeLessThanOrEqual(25);
  expect(newUntil - newFrom).toBe(1_000);
}, 30_000);
