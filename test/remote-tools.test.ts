import { afterEach, describe, expect, it, vi } from 'vitest';
import { Call } from '../src/call/call.ts';
import { Metronome } from '../src/call/metronome.ts';
import { openAIRealtime } from '../src/models/openai/index.ts';
import { systemClock } from '../src/ports/clock.ts';
import type { CallEvent } from '../src/ports/facts.ts';
import { NO_TAP } from '../src/ports/leg.ts';
import { type RemoteResult, startPracticeModel } from '../src/practice/model/index.ts';
import { ScriptedPhoneCall } from '../src/testing/scripted-phone-call.ts';
import { PLAN } from './support/a-call.ts';

const afterwards: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of afterwards.splice(0).toReversed()) await undo();
});

/** A call in writing with a practice model that can reach a server of tools. */
async function aCallWith(
  call: () => Promise<RemoteResult>,
  list: () => Promise<readonly []> | null = () => null,
) {
  const input_schema = { type: 'object', properties: { number: { type: 'string' } }, required: ['number'] };
  const practice = await startPracticeModel({
    habits: { thinkMs: 0, pieceMs: 0 },
    reach: () => ({
      list: async () => (await list()) ?? [{ name: 'find_order', input_schema }],
      call,
      close() {},
    }),
  });
  const facts: CallEvent[] = [];
  const access = { baseUrl: practice.baseUrl, model: 'm', key: { kind: 'bearer', secret: 'key' } } as const;
  const defaults = { audio: 'pcm24', voice: 'marin', transcription: null } as const;
  const theCall = new Call(
    { callId: 'CA1', carrier: 'test', from: '+1', to: '+2', format: 'pcmu' },
    { ...PLAN, output: 'text', remoteTools: [{ label: 'crm', url: 'http://127.0.0.1:1/mcp' }] },
    {
      clock: systemClock,
      metronome: new Metronome(systemClock),
      model: openAIRealtime(access, defaults, systemClock),
      observer: (_callId, event) => void facts.push(event),
      tapOf: () => NO_TAP,
      phoneCallOf: ({ callId }) => new ScriptedPhoneCall(callId),
      crashed: (_callId, error) => {
        throw error;
      },
    },
    () => {},
  );
  const keepAlive = setInterval(() => {}, 1_000);
  afterwards.push(
    () => practice.close(),
    () => clearInterval(keepAlive),
    () => theCall.end('caller_hung_up'),
  );
  const factsOf = <T extends CallEvent['type']>(type: T) =>
    facts.filter((fact): fact is Extract<CallEvent, { type: T }> => fact.type === type);
  await vi.waitFor(() => expect(factsOf('model_ready')).toHaveLength(1), 5_000);
  return { call: theCall, factsOf };
}

describe('a caller whose answer is at a server of the model’s own side', () => {
  it('is told what was found there, once, and the record has it', async () => {
    const { call, factsOf } = await aCallWith(async () => ({ type: 'output', output: 'It was shipped.' }));

    call.read('Please find order 4217.');
    await vi.waitFor(() => expect(factsOf('response_done')).toHaveLength(2), 5_000);

    expect(factsOf('tool_called')).toMatchObject([
      { name: 'crm_find_order', server: 'crm', arguments: '{"number":"4217"}' },
    ]);
    expect(factsOf('tool_returned')).toMatchObject([{ result: 'ok', output: 'It was shipped.' }]);
    expect(factsOf('agent_wrote').map(({ text }) => text)).toEqual(['It was shipped.']);
    expect(factsOf('problem')).toEqual([]);
  });

  it('hears that it did not work where it did not', async () => {
    const { call, factsOf } = await aCallWith(async () => ({
      type: 'failed',
      error: { type: 'tool_execution_error', message: 'Too late.' },
    }));

    call.read('Please find order 4217.');
    await vi.waitFor(() => expect(factsOf('response_done')).toHaveLength(2), 5_000);

    expect(factsOf('tool_returned')).toMatchObject([
      { result: 'failed', output: expect.stringContaining('Too late.') },
    ]);
    expect(factsOf('agent_wrote')).toHaveLength(1);
  });

  it('is answered without it where its tools cannot be listed, and the owner is told', async () => {
    const { call, factsOf } = await aCallWith(
      async () => ({ type: 'output', output: '' }),
      () => Promise.reject(new Error('gone')),
    );

    call.read('Please find order 4217.');
    await vi.waitFor(() => expect(factsOf('agent_wrote')).toHaveLength(1), 5_000);

    expect(factsOf('problem')).toMatchObject([
      { code: 'remote_tools_failed_crm', hint: expect.stringContaining('remoteMcpServers') },
    ]);
    expect(factsOf('tool_called')).toEqual([]);
  });
});
