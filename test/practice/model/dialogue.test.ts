import { describe, expect, it } from 'vitest';
import type { FunctionTool, Prompt, PromptItem } from '../../../src/practice/model/brain.ts';
import { dialogue } from '../../../src/practice/model/dialogue.ts';
import { defaultConfig } from '../../../src/practice/model/session-config.ts';

const brain = dialogue({
  speak: (text) => new Int16Array(text.length),
  canSay: (text) => !/[_{}]/.test(text),
  sentences: new Map([
    ['greeting', 'Harbour Opticians, good day.'],
    ['opening_hours', 'We are open from nine to six.'],
    ['practice_notice', 'This is the practice model.'],
    ['are_you_there', 'Are you still there?'],
    ['anything_else', 'Is there anything else?'],
    ['goodbye', 'Thank you for calling. Goodbye!'],
    ['resume', 'Where were we?'],
    ['of_course', 'Of course.'],
    ['one_moment', 'One moment, please.'],
    ['key_in_order', 'Please key in the order number.'],
  ]),
  utterances: new Map([
    ['opening_hours', 'When are you open?'],
    ['repeat', 'Could you say that again?'],
    ['order_status', 'Is my order ready? The number is four two one seven.'],
    ['book_first', 'The first one, please.'],
    ['order_by_keys', 'Would you look up an order for me?'],
  ]),
});

const config = defaultConfig('sess_1', 'gpt-realtime-2.1', 0);

function outputs(items: readonly PromptItem[], rest: Partial<Prompt> = {}) {
  const prompt: Prompt = {
    config,
    request: null,
    isOutOfBand: false,
    modality: 'audio',
    instructions: '',
    tools: [],
    mustCall: false,
    items,
    ...rest,
  };
  const plan = brain.answer(prompt);
  if (plan instanceof Promise) throw new Error('The dialogue does not need to think.');
  return plan.outputs;
}

function words(items: readonly PromptItem[], rest: Partial<Prompt> = {}): string[] {
  return outputs(items, rest).map((output) => (output.type === 'call' ? `${output.name}()` : output.text));
}

const written = (text: string): PromptItem => ({
  type: 'user',
  id: 'w',
  text,
  heard: null,
  manner: 'written',
});
const spoken = (name: string, text: string): PromptItem => ({
  type: 'user',
  id: 's',
  text,
  heard: { name, text, confidence: 0.9 },
  manner: 'spoken',
});
const unknown: PromptItem = { type: 'user', id: 'u', text: '', heard: null, manner: 'spoken' };
const agent = (text: string): PromptItem => ({ type: 'assistant', id: 'a', text });
const note = (text: string): PromptItem => ({ type: 'system', id: 'n', text });
const orderStatus: FunctionTool = {
  name: 'order_status',
  description: 'Find an order',
  parameters: { type: 'object', properties: { orderNumber: { type: 'string' } } },
};

describe('the dialogue of the practice model', () => {
  it('greets when nobody has said anything', () => {
    expect(words([])).toEqual(['Harbour Opticians, good day.']);
  });

  it('says exactly what it is told to, by the session or by the request', () => {
    expect(words([], { instructions: 'Be kind. Say exactly: "Good evening."' })).toEqual(['Good evening.']);
    expect(words([unknown], { request: { instructions: 'Say exactly "Hold on."' } })).toEqual(['Hold on.']);
  });

  it('says what a note wants said, in its next answer and in no other', () => {
    const before = [agent('Harbour Opticians, good day.'), note('Say exactly: "Is there anything else?"')];
    const asked = spoken('opening_hours', 'When are you open?');

    expect(words([...before, asked])).toEqual(['Is there anything else?']);
    expect(words([...before, asked, agent('Is there anything else?'), asked])).toEqual([
      'We are open from nine to six.',
    ]);
    expect(words([note('This caller has rung before.'), asked])).toEqual(['We are open from nine to six.']);
  });

  it('says the greeting of the session once only', () => {
    const instructions = 'Say exactly: "Good evening."';

    expect(words([agent('Good evening.'), written('when are you open')], { instructions })).toEqual([
      'We are open from nine to six.',
    ]);
  });

  it('answers what it hears, and the same in writing', () => {
    expect(words([spoken('opening_hours', 'When are you open?')])).toEqual(['We are open from nine to six.']);
    expect(words([written('  WHEN are you open ')])).toEqual(['We are open from nine to six.']);
  });

  it('answers in writing when text is wanted', () => {
    expect(outputs([written('When are you open?')], { modality: 'text' })).toEqual([
      { type: 'text', text: 'We are open from nine to six.' },
    ]);
  });

  it('is honest about what it does not understand', () => {
    expect(words([unknown])).toEqual(['This is the practice model.']);
    expect(words([written('What is love?')])).toEqual(['This is the practice model.']);
    expect(words([written('')])).toEqual(['This is the practice model.']);
  });

  it('asks whether anybody is there after a silence', () => {
    expect(
      words([agent('Hello.'), { type: 'user', id: 'x', text: '', heard: null, manner: 'silent' }]),
    ).toEqual(['Are you still there?']);
  });

  it('says its last answer again, the last that it still knows', () => {
    const again = spoken('repeat', 'Could you say that again?');

    expect(words([agent('First.'), agent('Second.'), again])).toEqual(['Second.']);
    expect(words([agent('First.'), agent(''), again])).toEqual(['First.']);
    expect(words([again])).toEqual(['Where were we?']);
  });

  it('greets when a written turn asks for it', () => {
    expect(words([written('Greet the caller.')])).toEqual(['Harbour Opticians, good day.']);
  });

  it('calls the tool an utterance needs, with the number it heard', () => {
    const ask = spoken('order_status', 'Is my order ready? The number is four two one seven.');

    expect(outputs([ask], { tools: [orderStatus] })).toEqual([
      { type: 'call', name: 'order_status', arguments: '{"orderNumber":"4217"}' },
    ]);
  });

  it('says that it cannot do what no tool is there for', () => {
    expect(words([spoken('order_status', 'Is my order ready?')])).toEqual(['I could not do that.']);
  });

  it('fills arguments from what an earlier look-up found', () => {
    const found = '{"say":"The next free times are ...","times":[{"slot":"mon-0900"},{"slot":"tue-1030"}]}';
    const book: FunctionTool = {
      name: 'book_appointment',
      description: '',
      parameters: {
        type: 'object',
        properties: { slot: { type: 'string' }, kind: { enum: ['eye_test'] }, name: { type: 'string' } },
      },
    };
    const items: PromptItem[] = [
      { type: 'call', callId: 'c', name: 'free_appointments', arguments: '{}' },
      { type: 'call_output', callId: 'c', output: found },
      agent('The next free times are ...'),
      spoken('book_first', 'The first one, please.'),
    ];

    expect(outputs(items, { tools: [book] })).toEqual([
      { type: 'call', name: 'book_appointment', arguments: '{"slot":"mon-0900","kind":"eye_test"}' },
    ]);
  });

  it('says goodbye before it hangs up', () => {
    const hangUp: FunctionTool = { name: 'hang_up', description: '', parameters: {} };

    expect(words([spoken('goodbye', 'Goodbye.')], { tools: [hangUp] })).toEqual([
      'Thank you for calling. Goodbye!',
      'hang_up()',
    ]);
  });

  it.each([
    ['{"say":"Your order is ready."}', 'Your order is ready.'],
    ['{"problem":"There is no such order."}', 'I could not do that.'],
    ['{"error":"That time is taken."}', 'That time is taken.'],
    ['{"error":"order_status is out of order"}', 'I could not do that.'],
    ['{"status":"shipped"}', 'Is there anything else?'],
    ['plain words', 'Is there anything else?'],
  ])('tells the result %s', (output, told) => {
    const items: PromptItem[] = [
      spoken('order_status', 'Is my order ready?'),
      { type: 'call', callId: 'c', name: 'order_status', arguments: '{}' },
      { type: 'call_output', callId: 'c', output },
    ];

    expect(words(items)).toEqual([told]);
  });

  it('tells a result once, and afterwards listens again', () => {
    const items: PromptItem[] = [
      spoken('order_status', 'Is my order ready?'),
      { type: 'call', callId: 'c', name: 'order_status', arguments: '{}' },
      { type: 'call_output', callId: 'c', output: '{"say":"It is ready."}' },
      agent('It is ready.'),
    ];

    expect(words(items)).toEqual(['Where were we?']);
    expect(words([...items, written('When are you open?')])).toEqual(['We are open from nine to six.']);
  });

  it('keeps the caller company while a tool works, and tells the result all the same', () => {
    const asked = spoken('order_status', 'Is my order ready?');
    const call: PromptItem = { type: 'call', callId: 'c', name: 'order_status', arguments: '{}' };
    const output: PromptItem = { type: 'call_output', callId: 'c', output: '{"say":"It is ready."}' };
    const filler = 'Say exactly this, and nothing else: "One moment, please."';

    expect(words([asked, call], { request: { instructions: filler } })).toEqual(['One moment, please.']);
    // The result may come while the filler is being said, and then stands before it.
    expect(words([asked, call, agent('One moment, please.'), output])).toEqual(['It is ready.']);
    expect(words([asked, call, output, agent('One moment, please.')])).toEqual(['It is ready.']);
  });

  it.each([
    ['Say in a few words that you are looking it up.', 'One moment, please.'],
    ['Ask in one short sentence whether they are still there.', 'Are you still there?'],
    ['Say in one short sentence that you hang up now, and goodbye.', 'Thank you for calling. Goodbye!'],
  ])('does what the instructions of one answer ask for: %s', (task, said) => {
    const instructions = 'You answer the phone. When the caller says goodbye, say goodbye.';
    const session = { config: { ...config, instructions }, instructions };
    const items = [agent('Good day.'), spoken('opening_hours', 'When are you open?')];

    expect(words(items, { ...session, request: { instructions: `${instructions}\n\n${task}` } })).toEqual([
      said,
    ]);
    expect(words(items, { ...session, request: { instructions } })).toEqual([
      'We are open from nine to six.',
    ]);
  });

  it('asks for keys before it calls the tool that waits for them', () => {
    const ask = spoken('order_by_keys', 'Would you look up an order for me?');

    expect(outputs([ask], { tools: [orderStatus] })).toMatchObject([
      { type: 'speech', text: 'Please key in the order number.' },
      { type: 'call', name: 'order_status', arguments: '{}' },
    ]);
  });

  it('looks up keys that nobody waited for, if there is a tool for them', () => {
    const pressed = written('(The caller pressed the keys 4217.)');

    expect(outputs([pressed], { tools: [orderStatus] })).toEqual([
      { type: 'call', name: 'order_status', arguments: '{"orderNumber":"4217"}' },
    ]);
    expect(words([pressed])).toEqual(['This is the practice model.']);
  });

  it('takes "the first one" for what was offered last', () => {
    const slot = { type: 'object', properties: { slot: { type: 'string' } } };
    const book: FunctionTool = { name: 'book_appointment', description: '', parameters: slot };
    const move: FunctionTool = { name: 'move_appointment', description: '', parameters: slot };
    const found = (name: string, first: string): PromptItem[] => [
      { type: 'call', callId: name, name, arguments: '{}' },
      { type: 'call_output', callId: name, output: `{"say":"...","times":[{"slot":"${first}"}]}` },
    ];
    const first = spoken('book_first', 'The first one, please.');
    const tools = [book, move];
    const free = found('free_appointments', 'mon');

    expect(words([...free, first], { tools })).toEqual(['book_appointment()']);
    expect(outputs([...free, ...found('my_appointment', 'tue'), first], { tools })).toEqual([
      { type: 'call', name: 'move_appointment', arguments: '{"slot":"tue"}' },
    ]);
    // "Another day" points at nothing that was found.
    expect(outputs([...free, spoken('move_appointment', 'Can I move it?')], { tools })).toEqual([
      { type: 'call', name: 'move_appointment', arguments: '{}' },
    ]);
  });

  it('accounts for a call in its own words only', () => {
    const aside = { isOutOfBand: true, modality: 'text', request: { conversation: 'none' } } as const;
    const items: PromptItem[] = [
      agent('Good day.'),
      spoken('opening_hours', 'When are you open?'),
      unknown,
      { type: 'call', callId: 'c', name: 'order_status', arguments: '{}' },
    ];

    expect(words(items, aside)).toEqual([
      'The agent said "Good day.". The caller said "When are you open?". The caller said something that was not understood. The agent used order_status.',
    ]);
    expect(words([], aside)).toEqual(['Nothing was said.']);
  });
});
