import Ajv from 'ajv/dist/2020.js';
import { describe, expect, it, vi } from 'vitest';
import schema from '../../../fixtures/openai/realtime-events.schema.json' with { type: 'json' };
import { aModelServer } from '../../support/a-model-server.ts';
import { aSession, part, settled } from '../../support/an-open-session.ts';

const ajv = new Ajv.default({ strict: false });
const isClientEvent = ajv.compile({ ...schema, anyOf: [{ $ref: '#/$defs/ClientEventStrict' }] });

type Server = Awaited<ReturnType<typeof aModelServer>>;

/** Everything that a session may ask for, once. */
function askForEverything({ session }: Server): void {
  session.respond({ requestId: 'turn-1', purpose: 'caller_turn' });
  session.cancel('r1');
  session.truncate(part, 1480);
  session.add({ type: 'text', from: 'caller', text: 'In writing.' });
  session.add({ type: 'image', dataUrl: 'data:image/png;base64,AAAA' });
  session.add({ type: 'tool_output', toolCallId: 'c1', output: '1' });
  session.askOutOfBand({ askId: 'a1', instructions: 'Summarise.' });
  session.update({ instructions: 'Be briefer.' });
  session.commitTurn();
  session.discardTurn();
  session.hear(new Uint8Array(960));
}

const typesOf = ({ received }: Server) => received.map(({ type }) => type);

describe('what is asked of a server', () => {
  it('has a name of its own, each time, in the protocol’s own form', async () => {
    const server = await aModelServer();
    await server.opens();
    askForEverything(server);
    await vi.waitFor(() => expect(server.received).toHaveLength(12));

    const names = server.received.map(({ event_id }) => event_id);
    expect(names.every((name) => typeof name === 'string' && name.length < 512)).toBe(true);
    expect(new Set(names).size).toBe(names.length);
    for (const event of server.received) expect(isClientEvent(event), JSON.stringify(event)).toBe(true);
  });

  it('is told apart when it is refused', async () => {
    const server = await aSession();
    askForEverything(server);
    await vi.waitFor(() => expect(server.received).toHaveLength(11));
    for (const { event_id } of server.received) {
      server.send({
        type: 'error',
        error: { type: 'invalid_request_error', code: 'no', event_id, message: 'x' },
      });
    }
    await settled(server);

    const refused = server.events.flatMap((event) => (event.type === 'problem' ? event.code : []));
    expect(refused).toEqual([
      'no', // the answer, which is told of as well
      'cancel_refused_no',
      'text_refused_no',
      'image_refused_no',
      'tool_output_refused_no',
      'no', // the aside, likewise
      'update_refused_no',
      'commit_refused_no',
      'clear_refused_no',
      'sound_refused_no',
    ]);
    expect(server.events).toContainEqual({
      type: 'response_refused',
      requestId: 'turn-1',
      because: 'rejected',
    });
    expect(server.events).toContainEqual({ type: 'out_of_band_answered', askId: 'a1', text: null });
  });

  it('is told apart also when its correction is refused', async () => {
    const server = await aSession();
    server.session.truncate(part, 5_000);
    const first = await server.receive('conversation.item.truncate');
    const message = 'Audio content of 4000ms is already shorter than 5000ms';
    server.send({ type: 'error', error: { code: 'invalid_value', message, event_id: first['event_id'] } });
    await vi.waitFor(() => expect(server.received).toHaveLength(2));

    const [, corrected] = server.received;
    expect(corrected).toMatchObject({ audio_end_ms: 4_000 });
    expect(corrected?.['event_id']).not.toBe(first['event_id']);
  });
});

describe('what is asked before the server is ready', () => {
  it('is kept, and comes before the greeting and before what the caller has said', async () => {
    const server = await aModelServer();
    await server.isOpen();
    server.session.add({ type: 'text', from: 'caller', text: '(The caller pressed the keys 42.)' });
    server.session.add({ type: 'image', dataUrl: 'data:image/png;base64,AAAA' });
    server.session.update({ instructions: 'Be briefer.' });
    server.session.commitTurn();
    server.onReady = () => {
      server.session.respond({ requestId: 'greeting', purpose: 'caller_turn' });
      server.session.hear(new Uint8Array(960));
    };

    await server.opens();
    await server.receive('input_audio_buffer.commit');

    expect(typesOf(server)).toEqual([
      'session.update',
      'conversation.item.create',
      'conversation.item.create',
      'session.update',
      'response.create',
      'input_audio_buffer.append',
      'input_audio_buffer.commit',
    ]);
  });

  it('is kept within bounds, and what is beyond them is told of', async () => {
    const server = await aModelServer();
    await server.isOpen();
    for (let key = 0; key < 100; key++) server.session.add({ type: 'text', from: 'caller', text: `${key}` });
    const told = server.events.splice(0);

    await server.opens();
    await vi.waitFor(() => expect(server.received).toHaveLength(65));

    expect(told).toHaveLength(36);
    expect(told[0]).toEqual({ type: 'problem', code: 'too_much_before_ready' });
  });

  it('is nothing when the call is over by then', async () => {
    const server = await aModelServer();
    await server.isOpen();
    server.session.close();
    server.session.add({ type: 'text', from: 'caller', text: 'late' });
    server.clock.advance(10_000);

    expect([server.events, server.received, server.clock.timers]).toEqual([[], [], 0]);
  });
});
