import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aSession, speech } from './support/rig.ts';

type Rig = ReturnType<typeof aSession>;
type Step = readonly [name: string, run: (rig: Rig) => void];

const lastSpoken = (rig: Rig) =>
  rig.session.entries.findLast(({ audioMs }) => audioMs > 0)?.id ?? 'item_none';
const someItem = (rig: Rig, index: number) => rig.session.entries[index]?.id ?? 'item_none';
const lastCall = (rig: Rig) => {
  const item = rig.session.entries.findLast((entry) => entry.item.type === 'function_call')?.item;
  return item?.type === 'function_call' ? item.call_id : 'call_none';
};
const note = { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'When are you open?' }] };

/** Everything a client and its caller may do, in any order. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: 0, max: 2_000 }).map((ms): Step => [`wait ${ms}`, (rig) => rig.clock.advance(ms)]),
  fc
    .tuple(fc.constantFrom(400, 600, 1_200), fc.integer({ min: 2, max: 40 }))
    .map(([hertz, frames]): Step => [`speak ${frames * 20} ms`, (rig) => rig.hear(hertz, frames * 20)]),
  fc
    .integer({ min: 2, max: 40 })
    .map((frames): Step => [`be silent ${frames * 20} ms`, (rig) => rig.hear(0, frames * 20)]),
  fc
    .record({
      conversation: fc.constantFrom('auto', 'none'),
      output_modalities: fc.constantFrom(['audio'], ['text']),
    })
    .map((response): Step => ['ask', (rig) => rig.send({ type: 'response.create', response })]),
  fc.constant<Step>(['cancel', (rig) => rig.send({ type: 'response.cancel' })]),
  fc.constant<Step>(['commit', (rig) => rig.send({ type: 'input_audio_buffer.commit' })]),
  fc.constant<Step>(['clear', (rig) => rig.send({ type: 'input_audio_buffer.clear' })]),
  fc.constant<Step>(['write', (rig) => rig.send({ type: 'conversation.item.create', item: note })]),
  fc.constant<Step>([
    'answer the call',
    (rig) => {
      const item = { type: 'function_call_output', call_id: lastCall(rig), output: '{"say":"Done."}' };
      rig.send({ type: 'conversation.item.create', item });
    },
  ]),
  fc.integer({ min: 0, max: 3_000 }).map(
    (ms): Step => [
      `truncate at ${ms}`,
      (rig) =>
        rig.send({
          type: 'conversation.item.truncate',
          item_id: lastSpoken(rig),
          content_index: 0,
          audio_end_ms: ms,
        }),
    ],
  ),
  fc
    .integer({ min: 0, max: 5 })
    .map(
      (index): Step => [
        `delete ${index}`,
        (rig) => rig.send({ type: 'conversation.item.delete', item_id: someItem(rig, index) }),
      ],
    ),
  fc
    .integer({ min: 0, max: 5 })
    .map(
      (index): Step => [
        `fetch ${index}`,
        (rig) => rig.send({ type: 'conversation.item.retrieve', item_id: someItem(rig, index) }),
      ],
    ),
  fc
    .record({
      create_response: fc.boolean(),
      interrupt_response: fc.boolean(),
      idle_timeout_ms: fc.constantFrom(null, 5_000),
    })
    .map(
      (how): Step => [
        'detect turns',
        (rig) => rig.configure({ turn_detection: { type: 'server_vad', ...how } }),
      ],
    ),
  fc.constant<Step>(['detect none', (rig) => rig.configure({ turn_detection: null })]),
  fc
    .constantFrom({ type: 'audio/pcm', rate: 24_000 }, { type: 'audio/pcmu' }, { type: 'audio/pcma' })
    .map((format): Step => ['change format', (rig) => rig.configure({ format })]),
);

const OUTPUTS = [
  [speech('One two three.', 1_500)],
  [{ type: 'text', text: 'One two three.' } as const],
  [speech('One moment.', 400), { type: 'call', name: 'look_up', arguments: '{"number":"4217"}' } as const],
  [],
];

function play(steps: readonly Step[]): Rig {
  let turn = 0;
  const rig = aSession({ brain: () => ({ outputs: OUTPUTS[turn++ % OUTPUTS.length] ?? [] }) });
  rig.configure({ transcription: { model: 'gpt-4o-transcribe' } });
  for (const [, run] of steps) run(rig);
  rig.clock.advance(60_000);
  return rig;
}

const conversations = fc.array(step, { minLength: 5, maxLength: 40 });

describe('whole conversations, whatever happens in them', () => {
  it('keep to the schema and the order of every event', () => {
    fc.assert(
      fc.property(conversations, (steps) => {
        const { events } = play(steps); // throws at the first event that is out of shape or out of place
        return events().length > 0;
      }),
      { numRuns: 150 },
    );
  });

  it('never have two answers at once, and finish every one that began', () => {
    fc.assert(
      fc.property(conversations, (steps) => {
        const { events, session } = play(steps);
        let active = 0;
        for (const event of events()) {
          if (event.type !== 'response.created' && event.type !== 'response.done') continue;
          if (event.response.conversation_id === null) continue;
          active += event.type === 'response.created' ? 1 : -1;
          expect(active === 0 || active === 1).toBe(true);
        }
        expect(active).toBe(0);
        expect(session.isAnswering).toBe(false);
      }),
      { numRuns: 100 },
    );
  });

  it('never accept a truncation beyond the sound that was sent', () => {
    fc.assert(
      fc.property(conversations, (steps) => {
        const sentMs = new Map<string, number>();
        for (const event of play(steps).events()) {
          if (event.type === 'response.output_audio.delta') {
            const ms = Buffer.from(event.delta, 'base64').length / 48;
            sentMs.set(event.item_id, (sentMs.get(event.item_id) ?? 0) + ms);
          }
          if (event.type === 'conversation.item.truncated') {
            expect(event.audio_end_ms).toBeLessThanOrEqual(sentMs.get(event.item_id) ?? -1);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('never fail by a mistake of the server', () => {
    fc.assert(
      fc.property(conversations, (steps) => {
        const kinds = play(steps)
          .of('error')
          .map(({ error }) => error.type);
        expect(kinds).not.toContain('server_error');
      }),
      { numRuns: 100 },
    );
  });
});

describe('whatever is sent to it', () => {
  it('never ends the session, and is answered by an error at most', () => {
    const { receive, closes, of } = aSession();
    const types = ['session.update', 'conversation.item.create', 'response.create', 'response.cancel'];

    fc.assert(
      fc.property(fc.constantFrom(...types), fc.jsonValue(), fc.string(), (type, value, key) => {
        receive(JSON.stringify({ type, [key]: value, session: value, item: value, response: value }));
        receive(JSON.stringify(value));
      }),
      { numRuns: 500 },
    );

    expect(closes).toEqual([]);
    expect(of('error').filter(({ error }) => error.type === 'server_error')).toEqual([]);
  });
});
