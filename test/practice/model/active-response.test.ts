import { describe, expect, it } from 'vitest';
import { aSession } from './support/rig.ts';

describe('one answer at a time', () => {
  it("refuses a second in the vendor's words", () => {
    const { send, last, of } = aSession();
    send({ type: 'response.create' });
    const { id } = last('response.created').response;

    send({ type: 'response.create', event_id: 'rc_2' });

    expect(last('error').error).toMatchObject({
      code: 'conversation_already_has_active_response',
      message: `Conversation already has an active response in progress: ${id}. Wait until the response is finished before creating a new one.`,
      event_id: 'rc_2',
    });
    expect(of('response.created')).toHaveLength(1);
  });

  it('allows the next as soon as the last is done', () => {
    const { send, clock, of } = aSession();
    send({ type: 'response.create' });
    clock.advance(5_000);

    send({ type: 'response.create' });

    expect(of('error')).toEqual([]);
    expect(of('response.created')).toHaveLength(2);
  });
});

describe('cancelling', () => {
  it('closes everything that is open, incomplete', () => {
    const { send, clock, last, newTypes } = aSession();
    send({ type: 'response.create' });
    clock.advance(200);
    newTypes();

    send({ type: 'response.cancel' });

    expect(newTypes()).toEqual([
      'response.output_audio.done',
      'response.output_audio_transcript.done',
      'response.content_part.done',
      'response.output_item.done',
      'conversation.item.done',
      'response.done',
      'rate_limits.updated',
    ]);
    expect(last('response.done').response).toMatchObject({
      status: 'cancelled',
      status_details: { type: 'cancelled', reason: 'client_cancelled' },
      output: [{ status: 'incomplete', content: [{ type: 'output_audio' }] }],
    });
    clock.advance(10_000);
    expect(newTypes()).toEqual([]);
  });

  it('works before the first item, by id as well', () => {
    const { send, last, session } = aSession();
    send({ type: 'response.create' });

    send({ type: 'response.cancel', response_id: last('response.created').response.id });

    expect(last('response.done').response).toMatchObject({ status: 'cancelled', output: [] });
    expect(session.isAnswering).toBe(false);
  });

  it.each([{}, { response_id: 'resp_unknown' }])('finds nothing to cancel with %j', (which) => {
    const { send, last, closes } = aSession();

    send({ type: 'response.cancel', event_id: 'cancel_1', ...which });

    expect(last('error').error).toMatchObject({
      code: 'response_cancel_not_active',
      message: 'Cancellation failed: no active response found',
      event_id: 'cancel_1',
    });
    expect(closes).toEqual([]);
  });
});
