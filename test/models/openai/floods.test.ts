import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { Allowance } from '../../../src/models/openai/allowance.ts';
import { isOverBuilt } from '../../../src/models/openai/server-events.ts';
import { FairShare } from '../../../src/models/openai/socket.ts';
import type { SessionEvent } from '../../../src/ports/session.ts';
import { aModelServer } from '../../support/a-model-server.ts';
import { aSession, settled } from '../../support/an-open-session.ts';
import { TestClock } from '../../support/test-clock.ts';

const inPart = { response_id: 'r1', item_id: 'i1', output_index: 0, content_index: 0 };
const words = 'word '.repeat(3_277);
const pcmOf = (seconds: number) => Buffer.alloc(48_000 * seconds, 1).toString('base64');
const nested = (depth: number, times: number) =>
  Array.from({ length: times }, () => '['.repeat(depth) + ']'.repeat(depth)).join(',');

/** How much of what it told stays with the call. */
function keptChars(events: readonly SessionEvent[]): number {
  return events.reduce((sum, event) => sum + JSON.stringify(event).length, 0);
}

describe('a model that floods', () => {
  it.each([
    ['words of an answer', { type: 'response.output_audio_transcript.delta', ...inPart, delta: words }],
    ['writing', { type: 'response.output_text.delta', ...inPart, delta: words }],
    [
      'words of the caller',
      { type: 'conversation.item.input_audio_transcription.completed', item_id: 'u', transcript: words },
    ],
    ['arguments', { type: 'response.function_call_arguments.delta', ...inPart, delta: words }],
    ['events that nobody knows', { type: 'session.noted', note: words }],
    [
      'answers that are over',
      { type: 'response.done', response: { id: 'r1', status: 'completed', x: words } },
    ],
  ])('P3: ends as such, and leaves little behind: %s', async (_what, event) => {
    const server = await aSession();
    const text = JSON.stringify(event);
    for (let sent = 0; sent < 8_000_000; sent += text.length) server.send(text);

    await vi.waitFor(() => expect(server.events.at(-1)?.type).toBe('lost'), 5_000);

    expect(server.events.at(-1)).toMatchObject({ reason: 'dropped', detail: 'model_flooded' });
    expect(keptChars(server.events)).toBeLessThan(2 * 1024 * 1024);
  });

  it('P3: ends as such when each of its calls has more arguments than any tool takes', async () => {
    const server = await aSession();
    for (let call = 0; call < 200; call++) {
      const item = {
        type: 'function_call',
        status: 'completed',
        name: 'x',
        call_id: `c${call}`,
        arguments: words.repeat(4),
      };
      server.send({ type: 'response.output_item.done', response_id: 'r1', output_index: 0, item });
    }

    await vi.waitFor(() => expect(server.events.at(-1)?.type).toBe('lost'), 5_000);

    expect(keptChars(server.events)).toBeLessThan(2 * 1024 * 1024);
  });

  it.each(['mcp_approval_request', 'mcp_call'])(
    'P3: is not listened to when it names a tool anew at endless length: %s',
    async (type) => {
      const server = await aSession();
      for (let call = 0; call < 400; call++) {
        const [server_label, name] = [`s${call}`.padEnd(3_000, 's'), 'n'.repeat(3_000)];
        const item = { id: `q${call}`, type, server_label, name, arguments: '{}', output: '' };
        server.send({ type: 'response.output_item.done', response_id: 'r1', output_index: 0, item });
      }
      await settled(server);

      expect(keptChars(server.events)).toBeLessThan(2_000);
      expect(server.events).toEqual([
        { type: 'problem', code: 'unreadable_event_response.output_item.done' },
      ]);
    },
  );

  it('P3: ends as such when what it names is kept with each of its calls', async () => {
    const server = await aSession();
    for (let call = 0; call < 3_000; call++) {
      const names = { server_label: 's'.repeat(256), name: 'n'.repeat(256) };
      const item = { id: `q${call}`, type: 'mcp_approval_request', ...names };
      server.send({ type: 'response.output_item.done', response_id: 'r1', output_index: 0, item });
    }

    await vi.waitFor(() => expect(server.events.at(-1)?.type).toBe('lost'), 5_000);

    expect(keptChars(server.events)).toBeLessThan(2 * 1024 * 1024);
  });

  it('P3: ends as such when each word is of another stretch of speech', async () => {
    const server = await aSession();
    for (let word = 0; word < 17_000; word++) {
      const type = 'response.output_audio_transcript.delta';
      server.send({ type, ...inPart, item_id: `i${word}`, delta: '.' });
    }

    await vi.waitFor(() => expect(server.events.at(-1)?.type).toBe('lost'), 5_000);
  });

  it('P3: keeps no answer beside the conversation that nobody asked for', async () => {
    const server = await aSession();
    server.session.askOutOfBand({ askId: 'ours', instructions: 'Sum up.' });
    await server.receive('response.create');
    const begun = (id: string, ringdown_out_of_band: string) => ({ id, metadata: { ringdown_out_of_band } });
    server.send({ type: 'response.created', response: begun('a1', 'x'.repeat(500_000)) });
    server.send({ type: 'response.created', response: begun('a2', 'ours') });
    for (const id of ['a1', 'a2'])
      server.send({ type: 'response.done', response: { id, status: 'completed' } });
    await settled(server);

    const answered = server.events.filter(({ type }) => type === 'out_of_band_answered');
    expect(answered).toEqual([{ type: 'out_of_band_answered', askId: 'ours', text: null, usage: null }]);
  });

  it('P3: ends as such when it says next to nothing, but without end', async () => {
    const server = await aSession();
    for (let times = 0; times < 20_000; times++) {
      server.send({ type: 'input_audio_buffer.speech_started', item_id: 'u', audio_start_ms: times });
    }

    await vi.waitFor(() => expect(server.events.at(-1)?.type).toBe('lost'), 5_000);

    expect(server.events.length).toBeLessThan(17_000);
  });

  it.each([
    [
      'that nobody knows',
      `{"type":"session.noted","note":[${nested(1_000, 500)}]}`,
      'unknown_event_session.noted',
    ],
    [
      'that we know',
      `{"type":"response.done","response":{"id":"r1","status_details":[${nested(1_000, 400)}]}}`,
      'overbuilt_message',
    ],
    ['whose name comes last', `{"note":[${nested(1_000, 400)}],"type":"response.done"}`, 'overbuilt_message'],
    [
      'that is too long',
      `{"type":"response.done","response":{"id":"${'r'.repeat(1_100_000)}"}}`,
      'too_large_response.done',
    ],
  ])('is not parsed when it sends a million brackets in an event %s', async (_what, text, code) => {
    const parse = vi.spyOn(JSON, 'parse');
    const server = await aSession();
    server.send(text);
    await settled(server);

    expect(server.events).toEqual([{ type: 'problem', code }]);
    expect(parse.mock.calls.every(([parsed]) => parsed.length < 100_000)).toBe(true);
    parse.mockRestore();
  });

  it('is heard when all of an answer comes in one message', async () => {
    const server = await aSession();
    server.send({ type: 'response.output_audio.delta', event_id: 'e1', ...inPart, delta: pcmOf(20) });
    server.send({ type: 'response.output_audio.delta', ...inPart, output_index: 1, delta: pcmOf(60) });
    await settled(server);

    const heard = server.events.flatMap((event) => (event.type === 'audio' ? event.audio.length : []));
    expect(heard).toEqual([20 * 48_000, 60 * 48_000]);
  });

  it('may repeat the largest picture that a phone sends', async () => {
    const server = await aSession();
    const image_url = `data:image/jpeg;base64,${'A'.repeat(6_700_000)}`;
    const item = { type: 'message', role: 'user', content: [{ type: 'input_image', image_url }] };
    for (const type of ['conversation.item.added', 'conversation.item.done']) server.send({ type, item });
    await settled(server);

    expect(server.events).toEqual([]);
  });
});

describe('what a session may cost', () => {
  it('is far more than ten minutes of speech within two seconds', () => {
    const allowance = new Allowance(new TestClock());
    for (let delta = 0; delta < 6_000; delta++) {
      expect(allowance.takes(6_600, 'sound')).toBe(true);
      if (delta % 2 === 0) expect(allowance.takes(300, 'word')).toBe(true);
    }
  });

  it.each([
    ['word by word', 4],
    ['letter by letter', 1],
  ])('is more than four hours of talk, however they are written: %s', (_how, charsEach) => {
    const allowance = new Allowance(new TestClock());
    let isEnough = true;
    for (let turn = 0; turn < (4 * 60 * 60) / 6; turn++) {
      for (const chars of [0, 0, 40, 0]) isEnough &&= allowance.keeps(chars);
      for (let chars = 0; chars < 96; chars += charsEach) isEnough &&= allowance.keepsMore(charsEach);
    }

    expect(isEnough).toBe(true);
  });

  it('comes back with time', () => {
    const clock = new TestClock();
    const allowance = new Allowance(clock);
    while (allowance.takes(100_000, 'word')) {}

    clock.advance(2_000);

    expect(allowance.takes(100_000, 'word')).toBe(true);
  });

  it('is kept count of for good where it stays with the call', () => {
    const clock = new TestClock();
    const allowance = new Allowance(clock);
    let calls = 0;
    while (allowance.keeps(10_000)) {
      calls += 1;
      clock.advance(60_000);
    }

    expect(calls).toBe(104);
  });

  it('is a share of the time that all calls have, slice by slice', () => {
    const share = new FairShare();

    expect([
      share.worked(0, 1),
      share.worked(5, 6),
      share.worked(10, 11), // three milliseconds of twenty
      share.worked(31, 32),
      share.worked(33, 40),
    ]).toEqual([0, 0, 20, 0, 20]);
  });

  it('is rest, when its share is used up: nothing more is read until the next slice', async () => {
    class SlowClock extends TestClock {
      #spentMs = 0;
      override now(): number {
        this.#spentMs += 1; // whatever is done, it takes a while
        return super.now() + this.#spentMs;
      }
    }
    const server = await aModelServer({ clock: new SlowClock() });
    await server.opens();
    for (let times = 0; times < 100; times++) {
      server.send({ type: 'response.output_text.delta', ...inPart, delta: words.slice(0, 9_000) });
    }
    const told = () => server.events.filter(({ type }) => type === 'writing').length;

    let slices = 0;
    for (; told() < 100 && slices < 1_000; slices++) {
      server.clock.advance(20);
      for (let turns = 0; turns < 100; turns++) await turn(); // time enough to read all of it
    }

    expect(told()).toBe(100);
    expect(slices).toBeGreaterThan(4);
  });
});

describe('the structure of a message', () => {
  it.each([
    ['a long text', JSON.stringify({ type: 'x', text: 'a, [b] {c} "d" \\ '.repeat(10_000) }), false],
    ['a long text of quotes', JSON.stringify({ text: '"'.repeat(200_000) }), true],
    ['numbers', `[${'1,'.repeat(100_000)}1]`, true],
    ['short texts', `[${'"",'.repeat(100_000)}1]`, true],
    ['keys', `{${Array.from({ length: 30_000 }, (_, i) => `"k${i}":1`).join(',')}}`, true],
    ['depth', '['.repeat(100_000), true],
    ['a text without an end', `"${'a'.repeat(200_000)}`, false],
    ['a text that ends in backslashes', JSON.stringify({ a: `${'a'.repeat(100_000)}\\\\`, b: 1 }), false],
    ['little', '[[[[]]]]', false],
  ])('is looked at before it is parsed: %s', (_what, text, isTooMuch) => {
    expect(isOverBuilt(Buffer.from(text))).toBe(isTooMuch);
  });
});
