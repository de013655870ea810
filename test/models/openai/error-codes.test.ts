import { describe, expect, it } from 'vitest';
import { codeOf, detailOf, isHarmless, lossOf } from '../../../src/models/openai/error-codes.ts';
import type { ServerError } from '../../../src/models/openai/server-events.ts';

const error = (code?: string | null) =>
  ({ type: 'invalid_request_error', message: 'x', code }) as ServerError;

describe('an error of the server', () => {
  it('tells a session that ran out from one whose account may go on no more', () => {
    expect(lossOf(error('session_expired'))).toBe('expired');
    expect(lossOf(error('insufficient_quota'))).toBe('refused');
    expect(lossOf(error('invalid_api_key'))).toBe('refused');
  });

  it('ends nothing when it is any other, or bears no code', () => {
    const mild = ['rate_limit_exceeded', 'server_error', 'invalid_value', '', null, undefined];

    expect(mild.map((code) => lossOf(error(code)))).toEqual(mild.map(() => null));
    expect(mild.map((code) => isHarmless(error(code)))).toEqual(mild.map(() => false));
  });

  it('needs nobody’s attention where only two sides spoke at once', () => {
    expect(isHarmless(error('response_cancel_not_active'))).toBe(true);
    expect(isHarmless(error('input_audio_buffer_commit_empty'))).toBe(true);
  });
});

describe('a code', () => {
  it('is kept as it is written, and is no code when it may be anybody’s words', () => {
    const codes = ['rate_limit_exceeded', 'audio/pcm', 'v1.2-beta', 'a'.repeat(80)];
    const words = ['', 'my name is Ann', 'a\nb', 'café', 'a'.repeat(81), 'code\n'];

    expect(codes.map(codeOf)).toEqual(codes);
    expect(words.map(codeOf)).toEqual(words.map(() => 'unreadable_code'));
  });
});

describe('why an answer ended', () => {
  it('is found in each of the forms that servers write', () => {
    expect(detailOf('turn_detected')).toBe('turn_detected');
    expect(detailOf({ type: 'cancelled', reason: 'turn_detected' })).toBe('turn_detected');
    expect(detailOf({ type: 'failed', error: { code: 'server_error' } })).toBe('server_error');
    expect(detailOf({ reason: 'content_filter', error: { code: 'other' } })).toBe('content_filter');
  });

  it('is unexplained where none of them says it', () => {
    const none = [
      null,
      undefined,
      7,
      {},
      { reason: 3 },
      { error: null },
      { error: 'x' },
      { error: { code: 5 } },
    ];

    expect(none.map(detailOf)).toEqual(none.map(() => 'unexplained'));
  });
});
