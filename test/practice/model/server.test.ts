import { afterEach, describe, expect, it } from 'vitest';
import { DeltaReader } from '../../../src/models/openai/sounds.ts';
import {
  type PracticeModel,
  type PracticeModelOptions,
  startPracticeModel,
} from '../../../src/practice/model/index.ts';
import { connect, refusal } from './support/client.ts';
import { speech } from './support/rig.ts';
import { toneEars } from './support/tones.ts';

const running: PracticeModel[] = [];

async function aModel(options: PracticeModelOptions = {}): Promise<PracticeModel> {
  const model = await startPracticeModel({
    ears: toneEars,
    brain: { answer: () => ({ outputs: [speech('One two three.', 1_000)] }) },
    habits: { thinkMs: 0, speechFactor: Infinity, pieceMs: 0 },
    ...options,
  });
  running.push(model);
  return model;
}

afterEach(async () => {
  for (const model of running.splice(0)) await model.close();
});

describe('the door of the practice model', () => {
  it('opens with a bearer key, an Azure key or a key in the protocols', async () => {
    const { baseUrl } = await aModel();
    const query = 'model=gpt-realtime-2.1&temperature=0.8';

    const clients = [
      connect(baseUrl, query, { headers: { authorization: 'Bearer key' } }),
      connect(baseUrl, query, { headers: { 'api-key': 'key' } }),
      connect(baseUrl, query, {}, ['realtime', 'openai-insecure-api-key.key']),
    ];

    for (const client of clients) {
      expect((await client.next('session.created')).session).toMatchObject({ model: 'gpt-realtime-2.1' });
    }
    expect(clients.map(({ socket }) => socket.protocol)).toEqual(['', '', 'realtime']);
  });

  it('stays shut without a key, and with the wrong one', async () => {
    const { baseUrl } = await aModel({ wrongKey: 'stolen' });

    const none = await refusal(connect(baseUrl, 'model=m', {}));
    const wrong = await refusal(connect(baseUrl, 'model=m', { headers: { authorization: 'Bearer stolen' } }));

    expect(none.status).toBe(401);
    expect(wrong.status).toBe(401);
    expect(JSON.parse(wrong.body)).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  it('stays shut at other addresses, and to calls it has never had', async () => {
    const { baseUrl } = await aModel();

    expect((await refusal(connect(`${baseUrl}/live`))).status).toBe(404);
    expect((await refusal(connect(baseUrl, 'call_id=rtc_1'))).status).toBe(404);
  });

  it.each([
    ['', {}, 'missing_model'],
    ['model=m', { 'openai-beta': 'realtime=v1' }, 'beta_api_shape_disabled'],
  ])('opens only to send away "%s" with %j', async (query, headers, code) => {
    const { baseUrl } = await aModel();

    const client = connect(baseUrl, query, { headers: { authorization: 'Bearer key', ...headers } });

    expect((await client.next('error')).error.code).toBe(code);
    expect(await client.closed).toEqual({ code: 4000, reason: `invalid_request_error.${code}` });
    expect(client.events).toHaveLength(1);
  });

  it('opens for a session that only transcribes', async () => {
    const { baseUrl } = await aModel();

    const client = connect(baseUrl, 'intent=transcription');

    expect((await client.next('session.created')).session.type).toBe('transcription');
  });

  it('is refused with any status, and a time to come back, so many times', async () => {
    const model = await aModel();
    model.misbehave.refuseUpgrade = { status: 429, retryAfterS: 2, times: 1 };

    expect(await refusal(connect(model.baseUrl))).toMatchObject({ status: 429, retryAfter: '2' });
    const second = connect(model.baseUrl);

    await second.next('session.created');
  });

  it('never answers, when asked to hang', async () => {
    const model = await aModel();
    model.misbehave.hangAtUpgrade = true;
    const client = connect(model.baseUrl);
    await new Promise<void>((resolve) => {
      client.socket.once('close', () => resolve());
      setImmediate(() => void model.close());
    });

    expect(client.events).toEqual([]);
  });
});

describe('a connection to the practice model', () => {
  it('carries a whole answer', async () => {
    const model = await aModel();
    const client = connect(model.baseUrl);
    await client.next('session.created');

    client.send({ type: 'response.create' });

    expect((await client.next('response.done')).response.status).toBe('completed');
    expect(model.sessions).toHaveLength(1);
    expect(model.sessions[0]?.items).toHaveLength(1);
  });

  it('shows what is said on it, and ends with its socket', async () => {
    const seen: string[] = [];
    const model = await aModel({
      onClientEvent: (event) => seen.push(`> ${event.type}`),
      onServerEvent: (event) => seen.push(`< ${event.type}`),
    });
    const client = connect(model.baseUrl);
    await client.next('session.created');
    client.send({ type: 'input_audio_buffer.append', audio: Buffer.alloc(960).toString('base64') });
    client.send({ type: 'input_audio_buffer.clear' });
    await client.next('input_audio_buffer.cleared');

    const [session] = model.sessions;
    expect(session?.received).toEqual({ events: 2, appends: 1, audioBytes: 960 });
    expect(session?.heardMs).toBe(20);
    expect(seen.slice(-3)).toEqual([
      '> input_audio_buffer.append',
      '> input_audio_buffer.clear',
      '< input_audio_buffer.cleared',
    ]);
    client.socket.close();
    await client.closed;
    await expect.poll(() => model.sessions.length).toBe(0);
  });

  it('stays open after binary frames and frames that say nothing', async () => {
    const { baseUrl } = await aModel();
    const client = connect(baseUrl);
    await client.next('session.created');

    client.send(Uint8Array.of(1, 2, 3));
    client.send('[['.repeat(50_000));
    client.send({ type: 'input_audio_buffer.clear' });

    await client.next('input_audio_buffer.cleared');
    expect(client.events.filter(({ type }) => type === 'error')).toHaveLength(2);
  });

  it('closes on a frame of more than 16 MiB, alone', async () => {
    const { baseUrl } = await aModel();
    const greedy = connect(baseUrl);
    const other = connect(baseUrl);
    await greedy.next('session.created');
    await other.next('session.created');

    greedy.send({ type: 'input_audio_buffer.append', audio: 'A'.repeat(17 * 1024 * 1024) });

    expect((await greedy.closed).code).toBe(1009);
    other.send({ type: 'input_audio_buffer.clear' });
    await other.next('input_audio_buffer.cleared');
  });

  it('answers pings, until it is a black hole', async () => {
    const model = await aModel();
    const client = connect(model.baseUrl);
    await client.next('session.created');
    const pongs: string[] = [];
    client.socket.on('pong', (data) => pongs.push(data.toString()));
    const seen = new Promise<void>((resolve) => client.socket.once('pong', () => resolve()));
    client.socket.ping('one');
    await seen;

    model.misbehave.blackHole = true;
    client.socket.ping('two');
    client.send({ type: 'input_audio_buffer.clear' });
    await expect.poll(() => model.sessions[0]?.received.events).toBe(1);

    expect(pongs).toEqual(['one']);
    expect(client.events.map(({ type }) => type)).not.toContain('input_audio_buffer.cleared');
  });

  it('stops reading, and goes on where it was', async () => {
    const model = await aModel();
    const client = connect(model.baseUrl);
    await client.next('session.created');
    model.misbehave.stopReading = true;
    client.send({ type: 'input_audio_buffer.clear' });
    await client.next('input_audio_buffer.cleared'); // the one that was on its way

    for (let count = 0; count < 100; count++) client.send({ type: 'input_audio_buffer.clear' });
    const other = connect(model.baseUrl);
    await other.next('session.created'); // long enough for all of it to have been read
    expect(model.sessions[0]?.received.events).toBe(1);
    model.misbehave.stopReading = false;

    await expect.poll(() => model.sessions[0]?.received.events).toBe(101);
  });

  it.each([
    [1011, 1011],
    ['reset', 1006],
  ] as const)('goes away on request with %s', async (how, code) => {
    const model = await aModel();
    const client = connect(model.baseUrl);
    await client.next('session.created');

    model.sessions[0]?.drop(how);

    expect((await client.closed).code).toBe(code);
  });

  it('raises errors nobody asked for, and sends anything', async () => {
    const model = await aModel();
    const client = connect(model.baseUrl);
    await client.next('session.created');

    model.sessions[0]?.raise('insufficient_quota', 'You exceeded your current quota.');
    model.sessions[0]?.send({ type: 'input_audio_buffer.cleared', event_id: 'event_forged' });

    expect((await client.next('error')).error.code).toBe('insufficient_quota');
    await client.next('input_audio_buffer.cleared');
  });

  it('ends when the model is closed, twice without harm', async () => {
    const model = await aModel();
    const client = connect(model.baseUrl);
    await client.next('session.created');

    await model.close();
    await model.close();

    expect((await client.closed).code).toBe(1006);
  });
});

describe('what the practice model writes', () => {
  async function anAnswer(): Promise<readonly string[]> {
    const { baseUrl } = await aModel();
    const client = connect(baseUrl);
    const texts: string[] = [];
    client.socket.on('message', (data) => texts.push(data.toString()));
    await client.next('session.created');
    client.send({ type: 'response.create' });
    await client.next('response.done');
    return texts;
  }

  it('has its members in the order of the real one: the name, then the id', async () => {
    const texts = await anAnswer();

    expect(texts.filter((text) => !/^\{"type":"[\w.]+","event_id":"\w+"/.test(text))).toEqual([]);
  });

  it('has its sound written so that it is read without parsing', async () => {
    const sound = (await anAnswer()).filter((text) => text.includes('"response.output_audio.delta"'));

    expect(sound.length).toBeGreaterThan(0);
    expect(sound.filter((text) => new DeltaReader().read(Buffer.from(text)) === null)).toEqual([]);
  });
});

describe('asking about models', () => {
  const authorization = { headers: { authorization: 'Bearer key' } };

  it('lists them, and knows each by its id', async () => {
    const { baseUrl } = await aModel();

    const list = await (await fetch(`${baseUrl}/models`, authorization)).json();
    const one = await (await fetch(`${baseUrl}/models/gpt-realtime-2.1`, authorization)).json();

    expect(list).toMatchObject({ object: 'list' });
    expect(JSON.stringify(list)).toContain('"gpt-realtime-2.1"');
    expect(one).toMatchObject({ id: 'gpt-realtime-2.1', object: 'model', owned_by: 'practice' });
  });

  it.each([
    ['/models/gpt-imaginary', 'key', 404, 'model_not_found'],
    ['/models', 'wrong', 401, 'invalid_api_key'],
    ['/elsewhere', 'key', 404, 'unknown_url'],
  ])('answers %s with the key "%s" by %d', async (path, key, status, code) => {
    const { baseUrl } = await aModel();

    const response = await fetch(`${baseUrl}${path}`, { headers: { authorization: `Bearer ${key}` } });

    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error', code } });
  });
});
