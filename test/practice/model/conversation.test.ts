import { describe, expect, it } from 'vitest';
import { aSession, soundOf, speech } from './support/rig.ts';

const note = (text: string, id?: string) => ({
  ...(id === undefined ? {} : { id }),
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
});

/** A session in which the model has said one sentence of 2000 ms. */
function afterOneAnswer() {
  const rig = aSession();
  rig.send({ type: 'response.create' });
  rig.clock.advance(5_000);
  const itemId = rig.session.entries[0]?.id ?? '';
  const truncate = (audio_end_ms: number, content_index = 0) =>
    rig.send({ type: 'conversation.item.truncate', item_id: itemId, content_index, audio_end_ms });
  return { ...rig, itemId, truncate };
}

describe('items of the conversation', () => {
  it('are acknowledged with their place', () => {
    const { send, of } = aSession();

    send({ type: 'conversation.item.create', item: note('one', 'a') });
    send({ type: 'conversation.item.create', item: note('three', 'c') });
    send({ type: 'conversation.item.create', item: note('two', 'b'), previous_item_id: 'a' });
    send({ type: 'conversation.item.create', item: note('zero', 'z'), previous_item_id: 'root' });

    const places = of('conversation.item.added').map((event) => [event.item.id, event.previous_item_id]);
    expect(places).toEqual([
      ['a', null],
      ['c', 'a'],
      ['b', 'a'],
      ['z', null],
    ]);
    expect(of('conversation.item.done')).toHaveLength(4);
  });

  it('get an id from the server when they bring none', () => {
    const { send, last } = aSession();

    send({ type: 'conversation.item.create', item: note('one') });

    expect(last('conversation.item.added').item.id).toMatch(/^item_/);
  });

  it.each([
    [
      { item: note('x'), previous_item_id: 'nowhere' },
      'item_create_invalid_previous_item_id',
      'previous_item_id',
    ],
    [{ item: note('x', 'first') }, 'invalid_value', 'item.id'],
    [
      { item: { type: 'message', role: 'user', content: [{ type: 'input_text' }] } },
      'missing_required_parameter',
      'item.content[0].text',
    ],
    [
      { item: { type: 'message', role: 'assistant', content: [{ type: 'output_text' }] } },
      'missing_required_parameter',
      'item.content[0].text',
    ],
    [
      { item: { type: 'message', role: 'assistant', content: [{ type: 'text', text: 'hi' }] } },
      'invalid_value',
      'item.content[0].type',
    ],
    [
      { item: { type: 'message', role: 'assistant', content: [{ type: 'output_audio', audio: 'AAAA' }] } },
      'invalid_value',
      'item.content[0].type',
    ],
    [
      { item: { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'hi' }] } },
      'invalid_value',
      'item.role',
    ],
    [
      { item: { type: 'message', role: 'user', content: [{ type: 'input_text', text: 3 }] } },
      'invalid_type',
      'item.content[0].text',
    ],
    [
      { item: { type: 'function_call_output', call_id: 'call_none', output: '{}' } },
      'invalid_tool_call_id',
      'item.call_id',
    ],
    [{ item: { type: 'mcp_list_tools', server_label: 'crm', tools: [] } }, 'invalid_value', 'item.type'],
  ])('are refused when they are %j', (wrong, code, param) => {
    const { send, last, session } = aSession();
    send({ type: 'conversation.item.create', item: note('here', 'first') });

    send({ type: 'conversation.item.create', event_id: 'c_1', ...wrong });

    expect(last('error').error).toMatchObject({ code, param, event_id: 'c_1' });
    expect(session.entries).toHaveLength(1);
  });

  it('may be written history, notes and pictures', () => {
    const { send, session, of } = aSession();
    const message = (role: string, part: object) => ({
      type: 'conversation.item.create',
      item: { type: 'message', role, content: [part] },
    });

    send(message('assistant', { type: 'output_text', text: 'It was shipped.' }));
    send(message('system', { type: 'input_text', text: 'The line dropped.' }));
    send(message('user', { type: 'input_image', image_url: 'data:image/png;base64,iVBORw0KGgo=' }));

    expect(of('error')).toEqual([]);
    expect(session.entries).toHaveLength(3);
  });

  it('are recognised when a spoken one is created', () => {
    const { send, prompts, hear } = aSession();
    hear(0, 0);
    const samples = new Int16Array(24_000).map(
      (_, index) => 9_000 * Math.sin((2 * Math.PI * 600 * index) / 24_000),
    );
    const audio = Buffer.from(samples.buffer).toString('base64');

    send({
      type: 'conversation.item.create',
      item: { type: 'message', role: 'user', content: [{ type: 'input_audio', audio }] },
    });
    send({ type: 'response.create' });

    expect(prompts[0]?.items).toMatchObject([{ heard: { name: 'parking' }, manner: 'spoken' }]);
  });

  it('can be deleted, once', () => {
    const { send, last, session } = aSession();
    send({ type: 'conversation.item.create', item: note('one', 'a') });

    send({ type: 'conversation.item.delete', item_id: 'a' });
    expect(last('conversation.item.deleted').item_id).toBe('a');
    send({ type: 'conversation.item.delete', item_id: 'a' });

    expect(last('error').error.code).toBe('item_delete_invalid_item_id');
    expect(session.entries).toEqual([]);
  });

  it('can be fetched with their sound', () => {
    const { hear, send, session, last, events, clock } = aSession();
    hear(0, 500);
    hear(400, 500);
    hear(0, 300);
    clock.advance(5_000);
    const [caller, agent] = session.entries;

    send({ type: 'conversation.item.retrieve', item_id: caller?.id });
    const theirs = last('conversation.item.retrieved').item;
    send({ type: 'conversation.item.retrieve', item_id: agent?.id });
    const ours = last('conversation.item.retrieved').item;

    expect(Buffer.from(audioOf(theirs), 'base64')).toHaveLength(48 * 1_000);
    expect(audioOf(ours)).toBe(soundOf(events(), agent?.id ?? '').toString('base64'));
  });
});

function audioOf(item: object): string {
  const content: unknown = 'content' in item ? item.content : [];
  const [part] = Array.isArray(content) ? content : [];
  return String(part?.audio);
}

describe('truncating what was not heard', () => {
  it('cuts the sound and deletes the transcript', () => {
    const { truncate, last, session, send, itemId } = afterOneAnswer();

    truncate(1_480);

    expect(last('conversation.item.truncated')).toMatchObject({
      item_id: itemId,
      content_index: 0,
      audio_end_ms: 1_480,
    });
    expect(session.entries[0]).toMatchObject({ audioMs: 1_480, isTruncated: true });
    send({ type: 'conversation.item.retrieve', item_id: itemId });
    const item = last('conversation.item.retrieved').item;
    expect(Buffer.from(audioOf(item), 'base64')).toHaveLength(1_480 * 48);
    expect(JSON.stringify(item)).not.toContain('transcript');
  });

  it('takes exactly all of it, and nothing at all', () => {
    const { truncate, of } = afterOneAnswer();

    truncate(2_000);
    truncate(0);

    expect(of('conversation.item.truncated').map(({ audio_end_ms }) => audio_end_ms)).toEqual([2_000, 0]);
    expect(of('error')).toEqual([]);
  });

  it('refuses more than there is, also after an earlier cut', () => {
    const { truncate, of, session } = afterOneAnswer();

    truncate(2_001);
    truncate(1_000);
    truncate(1_001);

    expect(of('error').map(({ error }) => error.message)).toEqual([
      'Audio content of 2000ms is already shorter than 2001ms',
      'Audio content of 1000ms is already shorter than 1001ms',
    ]);
    expect(session.entries[0]?.audioMs).toBe(1_000);
  });

  it('refuses an unknown item, another part, a negative time and what is no sound of the model', () => {
    const { truncate, send, of } = afterOneAnswer();
    send({ type: 'conversation.item.create', item: note('written', 'text') });
    const elsewhere = (item_id: string) =>
      send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms: 0 });

    elsewhere('nobody');
    truncate(100, 1);
    truncate(-1);
    elsewhere('text');

    expect(of('error').map(({ error }) => error.code)).toEqual([
      'item_truncate_invalid_item_id',
      'invalid_value',
      'invalid_value',
      'unsupported_content_type',
    ]);
  });

  it('refuses before the first sound, and stops no answer after it', () => {
    const rig = aSession({ brain: () => ({ outputs: [speech('One two three four.', 6_000)] }) });
    rig.send({ type: 'response.create' });
    rig.clock.advance(119);
    rig.clock.advance(1);
    const itemId = rig.session.entries[0]?.id ?? '';
    const truncate = (item_id: string, audio_end_ms: number) =>
      rig.send({ type: 'conversation.item.truncate', item_id, content_index: 0, audio_end_ms });

    truncate(itemId, 10);
    const soundBefore = soundOf(rig.events(), itemId).length;
    rig.clock.advance(10_000);

    expect(rig.of('error')).toEqual([]);
    expect(soundOf(rig.events(), itemId).length).toBeGreaterThan(soundBefore);
    expect(rig.session.entries[0]?.audioMs).toBe(10);
    expect(rig.last('response.done').response.status).toBe('completed');
  });

  it('refuses an item that has no sound yet', () => {
    const rig = aSession({ brain: () => ({ outputs: [{ type: 'text', text: 'Only words.' }] }) });
    rig.send({ type: 'response.create' });
    rig.clock.advance(1_000);

    rig.send({
      type: 'conversation.item.truncate',
      item_id: rig.session.entries[0]?.id,
      content_index: 0,
      audio_end_ms: 0,
    });

    expect(rig.last('error').error).toMatchObject({
      code: 'unsupported_content_type',
      message: 'Only model output audio messages can be truncated',
    });
  });
});
