import { describe, expect, it } from 'vitest';
import { Tickets } from '../../src/carriers/media-sockets.ts';
import { TestClock } from '../support/test-clock.ts';

function someTokens() {
  const clock = new TestClock();
  return { clock, tokens: new Tickets(clock) };
}

describe('the ticket to a media socket', () => {
  it('P1: is good for the call it was made for, once', () => {
    const { tokens } = someTokens();
    const token = tokens.issue('CA1');

    expect([tokens.redeem(token), tokens.redeem(token)]).toEqual(['CA1', null]);
  });

  it('P1: runs out', () => {
    const { tokens, clock } = someTokens();
    const token = tokens.issue('CA1');

    clock.advance(30_000);

    expect(tokens.redeem(token)).toBeNull();
  });

  it('P1: cannot be guessed', () => {
    const { tokens } = someTokens();
    tokens.issue('CA1');

    expect(tokens.redeem('')).toBeNull();
    expect(tokens.redeem('a'.repeat(32))).toBeNull();
    expect(new Set(Array.from({ length: 1000 }, (_, i) => tokens.issue(`CA${i}`))).size).toBe(1000);
  });

  it('P1: is the same when the webhook comes twice, and void when the call begins anew', () => {
    const { tokens } = someTokens();
    const first = tokens.issue('CA1');
    const repeated = tokens.issuedTo('CA1');
    const anew = tokens.issue('CA1');

    expect(repeated).toBe(first);
    expect(tokens.redeem(first)).toBeNull();
    expect(tokens.redeem(anew)).toBe('CA1');
  });
});
