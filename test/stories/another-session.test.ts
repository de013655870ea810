import { describe, expect, it } from 'vitest';
import { aCall, type CallOptions } from '../support/a-call.ts';
import { settled, ToolboxSpy } from '../support/a-toolbox.ts';

const HOUR = 60 * 60_000;
/** The time of day so long after the test clock began. */
const at = (ms: number) => Date.UTC(2026, 0, 1) + ms;

const VOICE = new Uint8Array(8_000).map((_, at) => (at % 3 === 0 ? 0x20 : 0xa0));
const PAUSE = new Uint8Array(8_000).fill(0xff);

function talking(more: CallOptions = {}) {
  const toolbox = new ToolboxSpy();
  const transferTargets = { desk: { number: '+15550123' } };
  const story = aCall({ ...more, plan: { toolbox, transferTargets, maxDurationMs: 2 * HOUR, ...more.plan } });
  const { model, clock } = story;
  /** One turn of each; the caller hears the answer to its end. */
  const talk = (caller: string, agent: string, response: string) => {
    model.hearsSpeech(`u ${response}`);
    clock.advance(500);
    model.hearsPause(`u ${response}`);
    model.writesDown(caller, `u ${response}`);
    model.starts(response);
    const part = { responseId: response, itemId: `i ${response}`, contentIndex: 0 };
    model.tell({ type: 'words', part, text: agent });
    model.tell({ type: 'audio', part, audio: new Uint8Array(8_000).fill(0x55) });
    model.tell({ type: 'response_done', responseId: response, outcome: 'completed', usage: null });
    clock.advance(2_000);
  };
  const transfers = () => {
    toolbox.control?.transfer('desk');
    clock.advance(1_200);
    story.phone.tell({ type: 'gone', reason: 'hung_up' });
  };
  const isLost = (reason: 'dropped' | 'expired' = 'dropped') =>
    model.tell({ type: 'lost', reason, detail: 'a_test' });
  const texts = () =>
    model.added.flatMap((item) => (item.type === 'text' ? [`${item.from}: ${item.text}`] : []));
  return { ...story, toolbox, talk, transfers, isLost, texts };
}

describe('a caller who is with somebody else', () => {
  it('stays there when the model goes away meanwhile, and the record has a good transfer', () => {
    const { call, clock, transfers, isLost, factsOf, endReason } = talking();
    transfers();

    isLost('expired');
    clock.advance(10 * 60_000);
    const meanwhile = endReason();
    call.returned('completed');

    expect([meanwhile, endReason()]).toEqual([null, 'transferred']);
    expect(factsOf('transfer').at(-1)).toMatchObject({ target: 'desk', state: 'connected' });
    expect(factsOf('model_lost')).toMatchObject([{ code: 'a_test' }]);
    expect(factsOf('problem')).toEqual([]);
  });

  it('finds the agent again when nobody picks up, who knows what was said', () => {
    const { call, clock, model, talk, transfers, isLost, texts, factsOf, endReason } = talking();
    talk('My boiler is out.', 'Let me connect you.', 'r1');
    transfers();
    isLost();
    clock.advance(20_000);

    expect(call.returned('no_answer')).toBe(true);
    const asked = model.wants.length;
    model.isReady();
    call.connect(aCall({ begins: 'ringing' }).phone);

    expect([model.opened, endReason()]).toEqual([2, null]);
    expect(texts()).toEqual([
      'caller: My boiler is out.',
      'agent: Let me connect you.',
      expect.stringMatching(/^house: The caller could not be connected with desk/),
    ]);
    expect(model.wants.slice(asked)).toEqual(['operator']);
    expect(factsOf('model_ready').map(({ session }) => session)).toEqual([undefined, 1]);
  });

  it('hears nothing of what the first model still sends', () => {
    const { call, transfers, isLost, model, factsOf } = talking();
    transfers();
    const first = model.teller();
    isLost();
    call.returned('busy');
    model.isReady();
    call.connect(aCall({ begins: 'ringing' }).phone);

    first({ type: 'caller_words', itemId: null, text: 'late' });
    first({ type: 'lost', reason: 'dropped', detail: 'twice' });

    expect(factsOf('caller_said')).toEqual([]);
    expect(factsOf('ended')).toEqual([]);
  });
});

/** The session ends while the caller speaks, and the next one is ready before they have done. */
function cutOffInASentence() {
  const call = talking();
  call.clock.advance(HOUR);
  call.model.hearsSpeech('u1');
  call.lineBrings(VOICE);
  call.isLost('expired');
  call.lineBrings(VOICE);
  call.model.isReady();
  return call;
}

describe('a call that is longer than a session', () => {
  it('goes on with another one, which knows what was heard and is told what tools say', async () => {
    const { clock, model, toolbox, talk, isLost, texts, endReason } = talking();
    talk('Hello?', 'Good day.', 'r1');
    clock.advance(HOUR);
    model.hearsSpeech('u2');
    model.hearsPause('u2');
    model.writesDown('Where is my order?', 'u2');
    model.starts('r2');
    model.delta('i2', 0x55, 2_000, 'r2');
    clock.advance(500);
    model.calls(['c1'], 'r2');

    isLost('expired');
    model.isReady();
    await toolbox.answers('c1');
    await settled();

    expect([model.opened, endReason()]).toEqual([2, null]);
    expect(texts().slice(0, 3)).toEqual(['caller: Hello?', 'agent: Good day.', 'caller: Where is my order?']);
    expect(texts().at(-1)).toMatch(/^house: .*look_up/);
    expect(model.added.filter(({ type }) => type === 'tool_output')).toEqual([]);
    expect(model.wants.at(-1)).toBe('tool_results');
  });

  it('asks the next session for the answer that is owed, as soon as it is ready', () => {
    const { clock, model, isLost } = talking();
    clock.advance(HOUR);
    model.hearsSpeech('u1');
    clock.advance(1_000);
    model.hearsPause('u1');
    model.writesDown('Where is my order?', 'u1');
    isLost('expired');
    clock.advance(500);

    model.isReady();

    expect(model.sessions.map(({ asked }) => asked.map(({ purpose }) => purpose))).toEqual([
      [],
      ['caller_turn'],
    ]);
  });

  it('tells the next session once of what came while it was connecting', async () => {
    const { call, clock, model, toolbox, isLost, phone } = talking();
    clock.advance(HOUR);
    model.hearsSpeech('u1');
    model.hearsPause('u1');
    model.starts('r1');
    toolbox.control?.tell({ type: 'tool_called', toolCallId: 'c1', name: 'look_up', arguments: '{}' });
    model.calls(['c1'], 'r1');
    isLost('expired');

    const returned = {
      toolCallId: 'c1',
      name: 'look_up',
      result: 'ok',
      tookMs: 5,
      output: 'SHIPPED',
    } as const;
    toolbox.control?.tell({ type: 'tool_returned', ...returned });
    await toolbox.answers('c1', { output: 'SHIPPED' });
    clock.advance(100);
    call.read('My order is 4711.');
    clock.advance(100);
    call.control.inform('The refund is approved.', false);
    clock.advance(100);
    call.show(new Uint8Array(3), 'image/png');
    clock.advance(100);
    for (const digit of '12#') phone.tell({ type: 'digit', digit });
    model.isReady();

    expect(model.sessions[1]?.added).toEqual([
      expect.objectContaining({ from: 'house', text: expect.stringContaining('SHIPPED') }),
      { type: 'text', from: 'caller', text: 'My order is 4711.' },
      { type: 'text', from: 'house', text: 'The refund is approved.' },
      { type: 'text', from: 'caller', text: '(The caller sent a picture.)' },
      { type: 'text', from: 'caller', text: '(The caller pressed the keys 12.)' },
      expect.objectContaining({ type: 'image' }),
    ]);
    expect(model.sessions[1]?.asked.map(({ purpose }) => purpose)).toEqual(['tool_results']);
  });

  it('goes on with another one, which knows what the first was told, shown and given by key', () => {
    const { call, clock, model, isLost, texts, phone } = talking();
    clock.advance(HOUR);
    call.control.inform('The refund is approved.', false);
    clock.advance(100);
    call.show(new Uint8Array(3), 'image/png');
    clock.advance(100);
    for (const digit of '12#') phone.tell({ type: 'digit', digit });
    clock.advance(2_000);
    const before = texts().length;

    isLost('expired');
    model.isReady();

    expect(texts().slice(before)).toEqual([
      'house: The refund is approved.',
      'caller: (The caller sent a picture.)',
      'caller: (The caller pressed the keys 12.)',
    ]);
  });

  it('says to its end what is wholly here, and asks for nothing more', () => {
    const { clock, model, isLost, factsOf, texts } = talking();
    clock.advance(HOUR);
    model.says('i1', { ms: 5_000, response: 'r1', text: 'A long story.' });
    clock.advance(1_000);

    isLost('expired');
    clock.advance(1_000);
    model.isReady();
    clock.advance(6_000);

    expect(factsOf('agent_said')).toMatchObject([{ heardMs: 5_000, totalMs: 5_000 }]);
    expect(texts()).toEqual(['agent: A long story.']);
    expect(model.wants).toEqual([]);
  });

  it('cuts off what the first one said without a word to the next', () => {
    const { clock, model, isLost, factsOf } = talking();
    clock.advance(HOUR);
    model.says('i1', { ms: 5_000, response: 'r1', text: 'A long story.' });
    clock.advance(1_000);
    isLost('expired');
    model.isReady();
    clock.advance(1_000);

    model.hearsSpeech('u2');

    expect(factsOf('agent_said')).toMatchObject([{ heardMs: 2_000 }]);
    expect(model.cuts.size).toBe(0);
  });

  it('cuts an answer of which more was to come, and asks for it anew', () => {
    const { clock, model, isLost, factsOf } = talking();
    clock.advance(HOUR);
    model.starts('r1');
    model.delta('i1', 0x55, 5_000, 'r1');
    clock.advance(1_000);

    isLost('expired');
    model.isReady();

    expect(factsOf('agent_said')).toMatchObject([{ heardMs: 1_000 }]);
    expect(model.sessions[1]?.asked.map(({ purpose }) => purpose)).toEqual(['caller_turn']);
  });

  it('asks the caller to say again what the first one heard only the beginning of', () => {
    const { model, texts, lineBrings } = cutOffInASentence();
    const whileTheyTalk = model.wants.length;
    lineBrings(PAUSE);

    expect(whileTheyTalk).toBe(0);
    expect(texts()).toEqual([expect.stringMatching(/^house: The caller was saying something/)]);
    expect(model.sessions[1]?.asked.map(({ purpose }) => purpose)).toEqual(['operator']);
  });

  it('has the next one answer a caller who goes on, and know that it lacks the beginning', () => {
    const { clock, model, texts, lineBrings } = cutOffInASentence();

    model.hearsSpeech('u2');
    lineBrings(PAUSE);
    model.hearsPause('u2');
    clock.advance(1_000);

    expect(texts()).toEqual([expect.stringMatching(/^house: The caller was saying something/)]);
    expect(model.wants).toEqual([]);
  });

  it('changes over at a quiet moment before the end that is known, and nobody notices', () => {
    const { call, clock, model, talk, texts, endReason, phone } = talking({
      capabilities: { expiresAt: at(HOUR) },
    });
    clock.advance(HOUR - 3 * 60_000);
    talk('Hello?', 'Good day.', 'r1');
    clock.advance(2 * 60_000);
    const whileConnecting = [model.opened, model.closed];
    phone.tell({ type: 'audio', audio: new Uint8Array(160).fill(0x11), atMs: 0 });
    const heardByTheFirst = model.heard.length;

    model.isReady({ expiresAt: at(2 * HOUR) });
    clock.advance(200);
    phone.tell({ type: 'audio', audio: new Uint8Array(160).fill(0x12), atMs: 20 });

    expect([whileConnecting, model.opened, model.closed]).toEqual([[2, 0], 2, 1]);
    expect([heardByTheFirst, model.heard.at(-1)]).toEqual([160, 0x12]);
    expect(texts()).toEqual(['caller: Hello?', 'agent: Good day.']);
    expect(model.wants).toEqual([]);
    expect([call.awaitsCaller, endReason()]).toEqual([true, null]);
  });

  it('does not change over in mid-sentence', () => {
    const { clock, model } = talking({ capabilities: { expiresAt: at(HOUR) } });
    const first = model.teller();
    clock.advance(HOUR - 100_000);
    first({ type: 'speech_started', itemId: 'u1' });
    model.isReady({ expiresAt: at(2 * HOUR) });
    clock.advance(5_000);
    const whileTheCallerSpeaks = model.closed;
    first({ type: 'speech_stopped', itemId: 'u1' });
    first({ type: 'response_started', responseId: 'r1', requestId: null });
    const part = { responseId: 'r1', itemId: 'i1', contentIndex: 0 };
    first({ type: 'audio', part, audio: new Uint8Array(8_000).fill(0x55) });
    first({ type: 'response_done', responseId: 'r1', outcome: 'completed', usage: null });
    clock.advance(900);
    const whileTheAgentDoes = model.closed;
    clock.advance(5_000);

    expect([whileTheCallerSpeaks, whileTheAgentDoes, model.closed]).toEqual([0, 0, 1]);
  });

  it.each([
    ['are short', 90_000],
    ['have no future', 0],
    ['say so by a clock of long ago', -at(0)],
  ])('opens no session after the other where they %s', (_why, expiresInMs) => {
    const { clock, model } = talking({ capabilities: { expiresAt: at(expiresInMs) } });

    for (let second = 0; second < 50; second++) {
      clock.advance(1_000);
      model.isReady();
    }

    expect([model.opened, model.closed]).toEqual([1, 0]);
  });

  it('ends when a session that has only just begun is over already', () => {
    const { isLost, endReason } = talking();

    isLost('expired');

    expect(endReason()).toBe('model_expired');
  });
});
