import { describe, expect, it } from 'vitest';
import { aSession } from './support/rig.ts';

describe('what a client sends wrong', () => {
  it.each([
    ['not JSON', 'invalid_event', null],
    ['', 'invalid_event', null],
    ['null', 'invalid_event', null],
    ['[]', 'invalid_event', null],
    ['{}', 'invalid_event', null],
    ['{"type":7}', 'invalid_event', null],
    ['{"type":"response.destroy"}', 'invalid_value', 'type'],
    ['{"type":"__proto__"}', 'invalid_value', 'type'],
    ['{"type":"response.create","foo":1}', 'unknown_parameter', 'foo'],
    ['{"type":"conversation.item.truncate"}', 'missing_required_parameter', 'item_id'],
    [
      '{"type":"conversation.item.truncate","item_id":"a","content_index":0,"audio_end_ms":null}',
      'invalid_type',
      'audio_end_ms',
    ],
    [
      '{"type":"conversation.item.truncate","item_id":"a","content_index":0,"audio_end_ms":1.5}',
      'invalid_type',
      'audio_end_ms',
    ],
    ['{"type":"conversation.item.delete","item_id":7}', 'invalid_type', 'item_id'],
    ['{"type":"input_audio_buffer.append"}', 'missing_required_parameter', 'audio'],
    ['{"type":"input_audio_buffer.append","audio":7}', 'invalid_type', 'audio'],
    ['{"type":"input_audio_buffer.append","audio":"AAAA","rate":8000}', 'unknown_parameter', 'rate'],
    ['{"type":"input_audio_buffer.append","audio":"no base64!"}', 'invalid_value', 'audio'],
    ['{"type":"output_audio_buffer.clear"}', 'invalid_value', 'type'],
    [
      '{"type":"response.create","response":{"conversation":"main"}}',
      'invalid_value',
      'response.conversation',
    ],
  ])('answers %s with an error and stays', (frame, code, param) => {
    const { receive, last, closes, send, types } = aSession();

    receive(frame);

    expect(last('error').error).toMatchObject({ type: 'invalid_request_error', code, param });
    expect(closes).toEqual([]);
    send({ type: 'input_audio_buffer.clear' });
    expect(types().at(-1)).toBe('input_audio_buffer.cleared');
  });

  it('names the event it refuses', () => {
    const { send, last } = aSession();

    send({ type: 'conversation.item.retrieve', event_id: 'get_x', item_id: 'item_missing' });

    expect(last('error').error).toMatchObject({ code: 'item_retrieve_invalid_item_id', event_id: 'get_x' });
  });

  it('limits what may be attached to a response', () => {
    const { send, of } = aSession();
    const tooMany = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key${index}`, 'x']));

    send({ type: 'response.create', response: { metadata: tooMany } });
    send({ type: 'response.create', response: { metadata: { key: 'x'.repeat(513) } } });

    expect(of('error').map(({ error }) => error.param)).toEqual(['response.metadata', 'response.metadata']);
    expect(of('response.created')).toEqual([]);
  });
});
