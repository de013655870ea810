import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import { pino } from 'pino';
import { afterEach, describe, expect, it, vi } from 'vitest';
import realtime from '../fixtures/openai/realtime-events.schema.json' with { type: 'json' };
import twilio from '../fixtures/twilio/twilio-media-streams.schema.json' with { type: 'json' };
import { readConfig } from '../src/app/config.ts';
import { channelSamples, readWav } from '../src/audio/wav.ts';
import { placePracticeCall } from '../src/commands/practice-call.ts';
import type { PracticeSession } from '../src/practice/model/index.ts';
import { DIAL_DEFAULTS, dial } from '../src/practice/phone/dial.ts';
import type { PhoneLine } from '../src/practice/phone/line.ts';
import { SCRIPTS } from '../src/practice/phone/scripts.ts';
import { callerClip } from '../src/practice/voice.ts';
import { recordingPath } from '../src/recordings/shelf.ts';
import { aHouse, type House } from './support/a-house.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function house(...args: Parameters<typeof aHouse>): Promise<House> {
  const it = await aHouse(...args);
  cleanups.push(it.close);
  return it;
}

async function ring(
  at: House,
  listener: Parameters<typeof dial>[1] = {},
  authToken: string | null = null,
): Promise<PhoneLine> {
  const answer = await dial({ ...DIAL_DEFAULTS, url: at.app.localUrl, authToken }, listener);
  if (answer.kind === 'words') throw new Error(`The carrier says: ${answer.says.join(' ')}`);
  return answer.line;
}

/** How much later one recording has the sound that the other has, and how alike they are then: 1 is the same. */
function lagMs(recorded: Int16Array, truth: Int16Array): { ms: number; likeness: number } {
  const [one, other] = [recorded, truth].map(loudnessPerMs);
  if (!one || !other) throw new Error('Two sounds were expected.');
  let best = { ms: 0, likeness: -1 };
  for (let ms = -3_000; ms <= 3_000; ms++) {
    let [product, ofOne, ofOther] = [0, 0, 0];
    for (let at = Math.max(0, ms); at < Math.min(one.length, other.length + ms); at++) {
      const [a, b] = [one[at] ?? 0, other[at - ms] ?? 0];
      product += a * b;
      ofOne += a * a;
      ofOther += b * b;
    }
    const likeness = product / Math.sqrt(ofOne * ofOther);
    if (likeness > best.likeness) best = { ms, likeness };
  }
  return best;
}

function loudnessPerMs(samples: Int16Array): Float64Array {
  return Float64Array.from({ length: Math.floor(samples.length / 8) }, (_, ms) =>
    samples.subarray(ms * 8, ms * 8 + 8).reduce((sum, sample) => sum + Math.abs(sample), 0),
  );
}

describe('the call of the demo', () => {
  it.each(['pcm', 'pcmu'])(
    'is understood, interrupted and ended, with every message as documented, in %s',
    async (audio) => {
      const folder = await mkdtemp(join(tmpdir(), 'ringdown-'));
      cleanups.push(() => rm(folder, { recursive: true }));
      const ajv = new Ajv.default({ strict: false, schemas: [realtime, twilio] });
      const isToTwilio = ajv.compile({ $ref: 'twilio-media-streams.schema.json#/$defs/ToTwilio' });
      const isClientEvent = ajv.compile({ $ref: 'realtime-events.schema.json#/$defs/ClientEventStrict' });
      const toPhone: string[] = [];
      const toModel: unknown[] = [];

      const result = await placePracticeCall(
        readConfig({ PORT: '0', REALTIME_AUDIO: audio, DATA_DIR: folder }),
        pino({ level: 'silent' }),
        SCRIPTS['cut-in'] ?? (async () => false),
        { toPhone: (text) => void toPhone.push(text) },
        { onClientEvent: (event) => void toModel.push(event) },
      );

      const said = result.facts.filter((fact) => fact.type === 'caller_said').map(({ text }) => text);
      expect(said).toEqual(['opening_hours', 'parking', 'goodbye'].map((name) => callerClip(name).text));
      expect(result.facts.filter((fact) => fact.type === 'interrupted')).toHaveLength(1);
      expect(result.facts.filter((fact) => fact.type === 'problem')).toEqual([]);
      expect(result.facts.find(({ type }) => type === 'ended')).toMatchObject({ reason: 'agent_hung_up' });

      expect(toPhone.filter((text) => !isToTwilio(JSON.parse(text)))).toEqual([]);
      expect(toModel.filter((event) => !isClientEvent(event))).toEqual([]);
      const kinds = new Set(
        [...toPhone, ...toModel.map((event) => JSON.stringify(event))].map(
          (text) => /"(?:event|type)":"([\w.]+)"/.exec(text)?.[1],
        ),
      );
      expect(kinds).toEqual(
        new Set([
          'media',
          'mark',
          'clear',
          'session.update',
          'response.create',
          'input_audio_buffer.append',
          'conversation.item.truncate',
          'conversation.item.create', // what a tool has found
        ]),
      );

      const recording = readWav(await readFile(recordingPath(folder, result.callId ?? '')));
      expect(recording).toMatchObject({ encoding: 'mulaw', sampleRate: 8000, channels: 2 });
      const truth = readWav(result.tape.toWav());
      const [caller, agent] = [0, 1].map((channel) =>
        lagMs(channelSamples(recording, channel), channelSamples(truth, channel)),
      );
      expect(caller?.likeness).toBeGreaterThan(0.9);
      expect(agent?.likeness).toBeGreaterThan(0.9);
      expect(Math.abs((caller?.ms ?? 0) - (agent?.ms ?? 100))).toBeLessThanOrEqual(20);
    },
    60_000,
  );
});

describe('calls side by side', () => {
  it('C1: fifty at once never mix their sound', async () => {
    const levelOf = new Map<PracticeSession, number>();
    const mixed: number[] = [];
    const at = await house(
      { REALTIME_AUDIO: 'pcmu' },
      {
        brain: { answer: () => ({ outputs: [] }) },
        onClientEvent(event, session) {
          if (event.type !== 'input_audio_buffer.append') return;
          const code = Buffer.from(event.audio, 'base64').find((byte) => byte !== 0xff);
          if (code === undefined) return;
          const known = levelOf.get(session);
          if (known === undefined) echo(session, code);
          else if (known !== code) mixed.push(code);
          levelOf.set(session, code);
        },
      },
    );
    const heard = Array.from({ length: 50 }, () => new Set<number>());

    const lines = await Promise.all(
      heard.map((codes) => ring(at, { played: (audio) => audio.forEach((code) => void codes.add(code)) })),
    );
    for (const [i, line] of lines.entries()) line.speak(new Uint8Array(8000).fill(i));
    await vi.waitFor(() => expect(heard.every((codes) => codes.size > 0)).toBe(true), { timeout: 10_000 });
    await vi.waitFor(() => expect(lines.every((line) => !line.ear.isPlaying)).toBe(true), {
      timeout: 10_000,
    });
    for (const line of lines) line.hangUp();

    expect(heard.map((codes) => [...codes])).toEqual(heard.map((_codes, i) => [i]));
    expect([levelOf.size, mixed]).toEqual([50, []]);
  }, 30_000);

  it('C1: a thousand in a row leave nothing behind', async () => {
    const at = await house({ MAX_CALLS: '1000' }, { brain: { answer: () => ({ outputs: [] }) } });
    await callsInARow(at, 20); // whatever is opened once and kept
    const before = handles();

    await callsInARow(at, 1000);

    await vi.waitFor(() => expect(at.model.sessions).toHaveLength(0), { timeout: 5_000 });
    await vi.waitFor(() => expect(handles()).toBeLessThanOrEqual(before), { timeout: 5_000 });
    const reasons = at.facts.flatMap(({ event }) => (event.type === 'ended' ? [event.reason] : []));
    expect(reasons).toHaveLength(1020);
    expect(new Set(reasons)).toEqual(new Set(['caller_hung_up']));
  }, 60_000);

  it.each([
    ['the caller hangs up', (line: PhoneLine) => line.hangUp()],
    ['the line breaks', (line: PhoneLine) => line.breakOff()],
    ['the model goes away', (_line: PhoneLine, at: House) => at.model.sessions[0]?.drop(1011)],
    ['the model’s line breaks', (_line: PhoneLine, at: House) => at.model.sessions[0]?.drop('reset')],
  ])('C1: close both sides within a second when %s', async (_what, end) => {
    const at = await house();
    const line = await ring(at);
    await vi.waitFor(() =>
      expect(at.facts.map(({ event }) => event.type)).toContain('agent_started_speaking'),
    );

    end(line, at);

    await vi.waitFor(() => expect([line.isOpen, at.model.sessions.length]).toEqual([false, 0]), {
      timeout: 1000,
    });
  });

  it('C4: apologise by the carrier’s voice when there is no model', async () => {
    const at = await house({}, { misbehave: { refuseUpgrade: { status: 401 } } });

    const answer = await dial({ ...DIAL_DEFAULTS, url: at.app.localUrl }, {});
    const says =
      answer.kind === 'words'
        ? answer.says
        : await vi.waitFor(async () => {
            expect(answer.line.isOpen).toBe(false);
            return answer.after();
          });

    expect(says).toEqual([expect.stringContaining('sorry')]);
    expect(at.facts.at(-1)?.event).toMatchObject({ type: 'ended', reason: 'model_refused' });
  });

  it('P5: leave no word of anybody, no whole number and no secret in the log', async () => {
    const at = await house({
      TWILIO_AUTH_TOKEN: 'canary-auth-token',
      HOST: '127.0.0.1',
      OPENAI_API_KEY: 'canary-key',
    });
    const line = await ring(at, {}, 'canary-auth-token');
    line.speak(callerClip('opening_hours').mulaw);
    await vi.waitFor(() => expect(at.facts.some(({ event }) => event.type === 'caller_said')).toBe(true), {
      timeout: 10_000,
    });
    line.press('4');
    line.hangUp();
    await vi.waitFor(() => expect(at.facts.some(({ event }) => event.type === 'ended')).toBe(true));

    const text = at.log.join('');
    expect(text).toContain('a call comes in');
    for (const secret of ['canary', DIAL_DEFAULTS.from, 'When are you open', 'Harbour Opticians, good day']) {
      expect(text).not.toContain(secret);
    }
  }, 20_000);
});

function echo(session: PracticeSession, code: number): void {
  const delta = Buffer.alloc(4000, code).toString('base64');
  const ids = { response_id: 'r', item_id: 'i', output_index: 0, content_index: 0, event_id: 'e' };
  session.send({ type: 'response.output_audio.delta', ...ids, delta });
  session.send({ type: 'response.done', event_id: 'e', response: { id: 'r', status: 'completed' } });
}

async function callsInARow(at: House, count: number): Promise<void> {
  const one = async () => {
    const line = await ring(at);
    await vi.waitFor(() => expect(at.facts.length).toBeGreaterThan(0), { interval: 1 });
    line.hangUp();
    await vi.waitFor(() => expect(line.isOpen).toBe(false), { interval: 1, timeout: 5_000 });
  };
  const lanes = Array.from({ length: 10 }, async () => {
    for (let i = 0; i < count / 10; i++) await one();
  });
  await Promise.all(lanes);
}

/** Sockets and timers that the process holds. */
function handles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
}
