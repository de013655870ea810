import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';

describe('the end of a call', () => {
  it.each([
    ['hung_up', 'caller_hung_up'],
    ['lost', 'line_lost'],
    ['unusable', 'line_unusable'],
  ] as const)('C1: closes both sides and lets go of everything when the line says %s', (gone, reason) => {
    const { phone, model, clock, endReason } = aCall();
    model.says('long', { ms: 5000 });
    clock.advance(1); // what the phone still had to say of it is said

    phone.tell({ type: 'gone', reason: gone });

    expect(endReason()).toBe(reason);
    expect([phone.isClosed, model.isClosed, clock.timers]).toEqual([true, true, 0]);
  });

  it.each([
    ['refused', 'model_refused'],
    ['limited', 'model_limited'],
    ['unreachable', 'model_unreachable'],
    ['wrong_format', 'model_wrong_format'],
    ['dropped', 'model_lost'],
    ['expired', 'model_expired'],
  ] as const)('C1: closes both sides when the model is lost because it was %s', (lost, reason) => {
    const { phone, model, clock, endReason, factsOf } = aCall();

    model.tell({ type: 'lost', reason: lost, detail: 'closed_1011' });

    expect(endReason()).toBe(reason);
    expect([phone.isClosed, model.isClosed, clock.timers]).toEqual([true, true, 0]);
    expect(factsOf('problem')).toMatchObject([{ code: 'closed_1011' }]);
  });

  it('C1: lets go of a call whose line never opened', () => {
    const { model, clock, endReason } = aCall({ begins: 'ringing' });
    model.isReady();

    clock.advance(31_000);

    expect(endReason()).toBe('never_connected');
    expect([model.isClosed, clock.timers]).toEqual([true, 0]);
  });

  it('C8: has the carrier apologise to a caller whose line never opened, as it will not ask us', () => {
    const { clock, sent } = aCall({ begins: 'ringing' });

    clock.advance(31_000);

    expect(sent).toEqual(['redirect: apologise']);
  });

  it('C8: has exactly one reason, whatever else happens after it', () => {
    const { call, phone, model, factsOf } = aCall();
    phone.tell({ type: 'gone', reason: 'hung_up' });

    model.tell({ type: 'lost', reason: 'dropped', detail: 'late' });
    phone.tell({ type: 'gone', reason: 'lost' });
    call.end('drained');

    expect(factsOf('ended')).toMatchObject([{ reason: 'caller_hung_up' }]);
  });

  it('costs only its own call when the mistake was ours', () => {
    const { phone, model, crashes, endReason, clock } = aCall();
    model.hear = () => {
      throw new Error('a bug');
    };

    phone.tell({ type: 'audio', audio: new Uint8Array(160), atMs: 0 });

    expect(endReason()).toBe('failed');
    expect(crashes).toHaveLength(1);
    expect(clock.timers).toBe(0);
  });

  it('takes no second line', () => {
    const { call, phone } = aCall();

    expect(call.connect(phone)).toBe(false);
  });
});

describe('what happens before a call is found', () => {
  it('is heard when it is', () => {
    const { call, phone, model, clock, factsOf } = aCall({ begins: 'ringing' });
    model.isReady();
    phone.tell({ type: 'audio', audio: new Uint8Array(160).fill(0x11), atMs: 0 });
    phone.presses('5');

    call.connect(phone);
    clock.advance(100);

    expect(factsOf('digit')).toMatchObject([{ digit: '5' }]);
    expect(model.heard.filter((code) => code === 0x11)).toHaveLength(160);
  });

  it('C1: is the end of it, if the line was gone by then', () => {
    const { call, phone, model, clock, sent, facts, endReason, crashes } = aCall({ begins: 'ringing' });
    model.isReady();
    model.says('greeting', { ms: 1_000 });
    sent.length = 0;
    phone.tell({ type: 'gone', reason: 'hung_up' });

    call.connect(phone);
    clock.advance(5_000);

    expect(endReason()).toBe('caller_hung_up');
    expect(facts.at(-1)).toMatchObject({ type: 'ended' });
    expect([sent, crashes, clock.timers]).toEqual([[], [], 0]);
  });
});
