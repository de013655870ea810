import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { dialogue } from '../../../src/practice/model/dialogue.ts';
import { practiceVoice } from '../../../src/practice/model/index.ts';
import { fittingArguments } from '../../../src/practice/model/tool-arguments.ts';
import { aSession } from './support/rig.ts';

const WEATHER = {
  type: 'function',
  name: 'get_weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const BOOKING = {
  type: 'function',
  name: 'book_table',
  parameters: {
    type: 'object',
    properties: { people: { type: 'integer', minimum: 2 }, day: { type: 'string', format: 'date' } },
    required: ['people', 'day'],
  },
};
const ORDER = {
  type: 'function',
  name: 'order_status',
  parameters: { type: 'object', properties: { orderNumber: { type: 'string' } }, required: ['orderNumber'] },
};

/** A session of the practice model's own mind, in writing, with these tools. */
function offering(tools: readonly object[], session: object = {}) {
  const rig = aSession({ brain: dialogue(practiceVoice()), habits: { thinkMs: 0, pieceMs: 0 } });
  rig.send({
    type: 'session.update',
    session: { type: 'realtime', output_modalities: ['text'], tools, ...session },
  });
  return {
    ...rig,
    say(text: string, response: object = {}) {
      const content = [{ type: 'input_text', text }];
      rig.send({ type: 'conversation.item.create', item: { type: 'message', role: 'user', content } });
      rig.send({ type: 'response.create', response });
      rig.clock.advance(1_000);
      return rig
        .last('response.done')
        .response.output.map((item) =>
          item.type === 'function_call' ? `${item.name}(${item.arguments})` : item.type,
        );
    },
  };
}

describe('tool_choice', () => {
  it('required makes every answer a call, and auto again does not', () => {
    const { say, send } = offering([ORDER, WEATHER], { tool_choice: 'required' });

    expect(say('When are you open?')).toEqual(['order_status({"orderNumber":"When are you open?"})']);
    expect(say('Is my order ready? The number is four two one seven.')).toEqual([
      'order_status({"orderNumber":"4217"})',
    ]);
    expect(say('What is the weather in Oslo?')).toEqual(['get_weather({"city":"Oslo"})']);

    send({ type: 'session.update', session: { type: 'realtime', tool_choice: 'auto' } });
    expect(say('When are you open?')).toEqual(['message']);
  });

  it('of one function by name is obeyed, in the session as in one answer, with arguments that fit', () => {
    const { say, prompts } = offering([WEATHER, BOOKING], {
      tool_choice: { type: 'function', name: 'book_table' },
    });

    expect(say('What is the weather in Oslo?')).toEqual(['book_table({"people":2,"day":"2026-11-23"})']);
    expect(say('For 6 of us', { tool_choice: { type: 'function', name: 'get_weather' } })).toEqual([
      'get_weather({"city":"6 of us"})',
    ]);
    expect(say('When are you open?', { tool_choice: 'none' })).toEqual(['message']);
    expect(prompts.map(({ tools, mustCall }) => [tools.map(({ name }) => name), mustCall])).toEqual([
      [['book_table'], true],
      [['get_weather'], true],
      [[], false],
    ]);
  });

  it('binds nobody where there is nothing to call', () => {
    const { say } = offering([], { tool_choice: 'required' });

    expect(say('When are you open?')).toEqual(['message']);
  });

  it.each(['session', 'response'])('of a function that is not offered is refused in the %s', (place) => {
    const { send, last, of } = offering([WEATHER]);
    const tool_choice = { type: 'function', name: 'fly' };

    if (place === 'session') send({ type: 'session.update', session: { type: 'realtime', tool_choice } });
    else send({ type: 'response.create', response: { tool_choice } });

    expect(last('error').error).toMatchObject({ code: 'invalid_value', param: `${place}.tool_choice` });
    expect(of('response.created')).toEqual([]);
  });
});

describe('a tool the practice model was never told of', () => {
  it.each([
    ['What will the weather be in Paris?', 'get_weather({"city":"Paris"})'],
    ['Book a table for 4 people.', 'book_table({"people":4,"day":"2026-11-23"})'],
    ['get_weather', 'get_weather({"city":"get_weather"})'],
    ['Tell me a story.', 'message'],
  ])('is called when the caller’s words name it: %s', (words, answer) => {
    expect(offering([WEATHER, BOOKING]).say(words)).toEqual([answer]);
  });

  it('is told of when it brings words of its own, and is not called again', () => {
    const { say, send, clock, last } = offering([WEATHER]);
    say('The weather in Paris?');
    const [item] = last('response.done').response.output;
    const call_id = item?.type === 'function_call' ? item.call_id : '';

    const output = 'It is sunny in Paris, and 21 degrees.';
    send({ type: 'conversation.item.create', item: { type: 'function_call_output', call_id, output } });
    send({ type: 'response.create' });
    clock.advance(1_000);

    expect(last('response.output_text.done').text).toBe(output);
  });
});

describe('arguments', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });

  it.each([
    [{ type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false }],
    [
      {
        type: 'object',
        properties: { n: { type: 'number', exclusiveMinimum: 3, multipleOf: 0.5 } },
        required: ['n'],
      },
    ],
    [{ type: 'object', properties: { n: { type: 'integer', maximum: -7 } }, required: ['n'] }],
    [
      {
        type: 'object',
        properties: { s: { enum: ['red', 'green'] }, c: { const: 5 } },
        required: ['s', 'c'],
      },
    ],
    [{ type: 'object', properties: { s: { type: 'string', minLength: 400 } }, required: ['s'] }],
    [{ type: 'object', properties: { s: { type: 'string', maxLength: 2 } }, required: ['s'] }],
    [
      {
        type: 'object',
        properties: { s: { type: 'string', pattern: '^[A-Z]{2}-\\d{4}(?:/[a-z]+)?$' } },
        required: ['s'],
      },
    ],
    [
      {
        type: 'object',
        properties: { s: { type: 'string', pattern: '^(yes|no)[^a-z]\\w+$' } },
        required: ['s'],
      },
    ],
    [
      {
        type: 'object',
        properties: { orderNumber: { type: 'string', pattern: '^A\\d{3}$' } },
        required: ['orderNumber'],
      },
    ],
    [
      {
        type: 'object',
        properties: { list: { type: 'array', minItems: 2, items: { $ref: '#/$defs/thing' } } },
        required: ['list'],
        $defs: { thing: { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] } },
      },
    ],
    [
      {
        type: 'object',
        properties: { x: { anyOf: [{ type: 'null' }, { type: 'integer' }] } },
        required: ['x'],
      },
    ],
    [{ type: 'object', properties: { x: { type: ['null', 'string'] } }, required: ['x'] }],
    [{ allOf: [{ properties: { a: { type: 'integer' } }, required: ['a'] }], type: 'object' }],
    [{ type: 'object', properties: { at: { type: 'string', format: 'date-time' } }, required: ['at'] }],
    [{}],
  ])('fit the schema %j', (parameters) => {
    const text = fittingArguments(
      { name: 'f', description: '', parameters },
      'The number is four two one seven.',
      [],
    );

    expect([ajv.validate(parameters, JSON.parse(text)), ajv.errorsText()]).toEqual([true, 'No errors']);
  });

  it('never take for ever, whatever the schema', () => {
    const loop = {
      $defs: { a: { type: 'object', properties: { a: { $ref: '#/$defs/a' } }, required: ['a'] } },
      $ref: '#/$defs/a',
    };
    const hard = { type: 'object', properties: { s: { type: 'string', pattern: '(((' } }, required: ['s'] };

    for (const parameters of [loop, hard, null, true, 'x', { required: 7 }]) {
      expect(() =>
        JSON.parse(fittingArguments({ name: 'f', description: '', parameters }, '', [])),
      ).not.toThrow();
    }
  });
});
