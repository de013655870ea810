import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import OpenAI from 'openai';
import { OpenAIRealtimeWS } from 'openai/realtime/ws';
import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createTranscoder } from '../../src/audio/transcode.ts';
import { selfSigned } from '../../src/practice/model/certificate.ts';
import { agentClip, callerClip } from '../../src/practice/voice.ts';
import { aRemoteServer } from '../practice/model/support/a-remote-server.ts';
import { aFolder } from '../support/temp-folder.ts';

vi.setConfig({ testTimeout: 40_000 });

const COMMAND = join(import.meta.dirname, '../../src/commands/model.ts');

/** `npm run model`, in a process of its own. */
function npmRunModel(...args: string[]): ChildProcess & { output: string } {
  const child = Object.assign(spawn(process.execPath, [COMMAND, ...args], { env: {} }), { output: '' });
  onTestFinished(() => void child.kill('SIGKILL'));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      child.output += String(data);
    });
  }
  return child;
}

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'close');
  return child.exitCode;
}

/** A running one over TLS, and what it says a client has to know. */
async function aModel() {
  const child = npmRunModel('--tls', '--port', '0');
  await vi.waitFor(() => expect(child.output).toContain('Ctrl-C'), { timeout: 20_000 });
  const saying = (name: string) => new RegExp(`${name}=(\\S+)`).exec(child.output)?.[1] ?? '';
  return {
    child,
    baseURL: saying('OPENAI_BASE_URL'),
    apiKey: saying('OPENAI_API_KEY'),
    certificate: saying('NODE_EXTRA_CA_CERTS'),
  };
}

/** The vendor's own client, with nothing changed but the address. */
function aVendorClient({ baseURL, apiKey, certificate }: Awaited<ReturnType<typeof aModel>>) {
  const client = new OpenAIRealtimeWS(
    { model: 'gpt-realtime', options: { ca: readFileSync(certificate) } },
    new OpenAI({ baseURL, apiKey }),
  );
  onTestFinished(() => client.close());
  const events: RealtimeServerEvent[] = [];
  const errors: string[] = [];
  client.on('event', (event) => void events.push(event));
  client.on('error', (error) => void errors.push(error.message));
  type EventOf<Type> = Extract<RealtimeServerEvent, { type: Type }>;
  return {
    client,
    errors,
    events,
    async next<Type extends RealtimeServerEvent['type']>(type: Type, nth = 1): Promise<EventOf<Type>> {
      const found = () => events.filter((event): event is EventOf<Type> => event.type === type)[nth - 1];
      return vi.waitFor(
        () => {
          const event = found();
          if (event === undefined)
            throw new Error(`No ${type}, only ${events.map((each) => each.type).join()}`);
          return event;
        },
        { timeout: 20_000, interval: 10 },
      );
    },
  };
}

describe('npm run model', () => {
  it.each([
    [['--port', 'high'], '--port must be a whole number from 0 to 65535, not "high".'],
    [['--volume', '11'], "Unknown option '--volume'. Say npm run model -- --help"],
    [['--cert', 'a.pem'], '--cert and --key belong together'],
    [['--cert', 'nowhere.pem', '--key', 'nowhere.pem'], 'The certificate cannot be read'],
    [['please'], "Unexpected argument 'please'."],
  ])('answers %j with one sentence and code 2', async (args, sentence) => {
    const child = npmRunModel(...args);

    expect(await exitCode(child)).toBe(2);
    expect(child.output).toContain(sentence);
    expect(child.output.trim()).not.toContain('\n');
  });

  it('explains itself', async () => {
    const child = npmRunModel('--help');

    expect(await exitCode(child)).toBe(0);
    expect(child.output).toContain('--tls');
  });

  it('says so when its port is taken', async () => {
    const { child, baseURL } = await aModel();

    const second = npmRunModel('--port', new URL(baseURL).port);

    expect(await exitCode(second)).toBe(1);
    expect(second.output).toContain('cannot listen on 127.0.0.1');
    expect(child.exitCode).toBeNull();
  });

  it('stops when it is told to, and leaves nothing behind', async () => {
    const { child, certificate } = await aModel();
    expect(existsSync(certificate)).toBe(true);

    child.kill('SIGTERM');

    expect(await exitCode(child)).toBe(0);
    expect(existsSync(certificate)).toBe(false);
  });

  it('speaks over TLS with a certificate of one’s own choice', async () => {
    const { path } = aFolder({});
    const { cert, key } = selfSigned(Date.now());
    writeFileSync(join(path, 'cert.pem'), cert);
    writeFileSync(join(path, 'key.pem'), key);
    const child = npmRunModel(
      '--port',
      '0',
      '--cert',
      join(path, 'cert.pem'),
      '--key',
      join(path, 'key.pem'),
    );
    await vi.waitFor(() => expect(child.output).toContain('Ctrl-C'), { timeout: 20_000 });
    const address = /https:\S+\/v1/.exec(child.output)?.[0];

    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: 'Bearer x' };
      const asked = request(`${address}/models`, { ca: cert, headers }, (response) =>
        resolve(response.statusCode),
      );
      asked.on('error', reject).end();
    });

    expect(status).toBe(200);
  });
});

describe("the vendor's own client at npm run model", () => {
  it('has a conversation in writing', async () => {
    const { client, next, errors, events } = aVendorClient(await aModel());
    client.socket.on('open', () => {
      client.send({ type: 'session.update', session: { type: 'realtime', output_modalities: ['text'] } });
      const content = [{ type: 'input_text', text: 'When are you open?' } as const];
      client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      client.send({ type: 'response.create' });
    });

    const written = await next('response.output_text.done');
    const { response } = await next('response.done');

    expect(written.text).toBe(agentClip('opening_hours').text);
    expect(response.status).toBe('completed');
    const deltas = events.filter((event) => event.type === 'response.output_text.delta');
    expect(deltas.map(({ delta }) => delta).join('')).toBe(written.text);
    expect(errors).toEqual([]);
  });

  it('has a conversation in sound, and fetches the sound of its first turn after others', async () => {
    const { client, next, errors, events } = aVendorClient(await aModel());
    await next('session.created');
    client.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        audio: {
          input: { turn_detection: { type: 'server_vad' }, transcription: { model: 'gpt-realtime-whisper' } },
        },
      },
    });
    const line = createTranscoder('pcmu', 'pcm24');
    const say = (name: string) => {
      const silence = Buffer.alloc(19_200);
      const pcm = Buffer.concat([silence, line.push(callerClip(name).mulaw), silence, silence]);
      for (let at = 0; at < pcm.length; at += 9_600) {
        client.send({
          type: 'input_audio_buffer.append',
          audio: pcm.subarray(at, at + 9_600).toString('base64'),
        });
      }
    };

    const names = ['opening_hours', 'parking', 'goodbye'];
    for (const [at, name] of names.entries()) {
      say(name);
      await next('response.done', at + 1);
    }
    const heard = events.filter(
      ({ type }) => type === 'conversation.item.input_audio_transcription.completed',
    );
    const first = await next('input_audio_buffer.committed');
    client.send({ type: 'conversation.item.retrieve', item_id: first.item_id });
    const { item } = await next('conversation.item.retrieved');

    expect(heard.map((event) => 'transcript' in event && event.transcript)).toEqual(
      names.map((name) => callerClip(name).text),
    );
    const [part] = item.type === 'message' ? item.content : [];
    const sound = Buffer.from((part && 'audio' in part && part.audio) || '', 'base64');
    expect(part).toMatchObject({ type: 'input_audio', transcript: callerClip('opening_hours').text });
    expect(sound.length).toBeGreaterThan(callerClip('opening_hours').mulaw.length * 5);
    const [answer] = events.filter((event) => event.type === 'response.output_audio.delta');
    client.send({ type: 'conversation.item.retrieve', item_id: answer?.item_id ?? '' });
    const { item: spoken } = await next('conversation.item.retrieved', 2);
    expect(JSON.stringify(spoken)).toMatch(/"type":"output_audio".*"audio":"[A-Za-z0-9+/=]{10000,}"/);
    expect(errors).toEqual([]);
  });

  it('forces a function, by name', async () => {
    const { client, next, errors } = aVendorClient(await aModel());
    await next('session.created');
    const parameters = {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
      required: ['city', 'unit'],
    };
    client.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        tools: [
          { type: 'function', name: 'send_postcard', parameters: { type: 'object' } },
          { type: 'function', name: 'get_weather', parameters },
        ],
        tool_choice: { type: 'function', name: 'get_weather' },
      },
    });
    const content = [{ type: 'input_text', text: 'Send a postcard to Oslo' } as const];
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    client.send({ type: 'response.create' });

    const called = await next('response.function_call_arguments.done');

    expect(called.name).toBe('get_weather');
    expect(JSON.parse(called.arguments)).toEqual({ city: 'Oslo', unit: 'celsius' });
    expect(errors).toEqual([]);
  });

  it('lets the model use an MCP server, and asks for the answer itself', async () => {
    const { url } = await aRemoteServer();
    const { client, next, errors, events } = aVendorClient(await aModel());
    await next('session.created');
    client.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        output_modalities: ['text'],
        tools: [{ type: 'mcp', server_label: 'crm', server_url: url, require_approval: 'never' }],
      },
    });
    const { item_id } = await next('mcp_list_tools.completed');
    client.send({ type: 'conversation.item.retrieve', item_id });
    expect(JSON.stringify((await next('conversation.item.retrieved')).item)).toContain('"find_order"');

    const content = [{ type: 'input_text', text: 'Find order 4217, please.' } as const];
    client.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
    client.send({ type: 'response.create' });
    await next('response.mcp_call.completed');
    await next('response.done');
    expect(events.filter(({ type }) => type === 'response.output_text.delta')).toEqual([]);
    client.send({ type: 'response.create' });

    expect((await next('response.output_text.done')).text).toBe('Order 4217 was shipped.');
    expect(errors).toEqual([]);
  });
});
