import { describe, expect, it } from 'vitest';
import { recall } from '../../src/call/recall.ts';
import { transcriptOf } from '../../src/reading/transcript.ts';
import { aCall } from '../support/a-call.ts';

const greets = { plan: { greeting: { kind: 'exactly', text: 'Good day.' } } } as const;

describe('taking turns', () => {
  it('T1: greets once, and has the greeting ready when the line opens', () => {
    const { call, model, phone, sent, clock } = aCall({ ...greets, begins: 'ringing' });
    model.isReady();
    model.starts('r1', 'greeting');
    model.delta('greeting', 0x11, 900);
    const beforeTheLine = [...sent];

    call.connect(phone);
    clock.advance(2000);

    expect(beforeTheLine).toEqual(['respond greeting']);
    expect(phone.arrivals[0]?.atMs).toBe(clock.now() - 2000);
    expect(model.wants).toEqual(['greeting']);
  });

  it('T1: asks for the greeting before the model hears a word of the caller', () => {
    const { call, model, phone, sent } = aCall({ ...greets, begins: 'ringing' });
    call.connect(phone);
    phone.tell({ type: 'audio', audio: new Uint8Array(160).fill(0x11), atMs: 0 });
    let heardBeforeGreeting = -1;
    const respond = model.respond.bind(model);
    model.respond = (want) => {
      heardBeforeGreeting = model.heard.length;
      respond(want);
    };

    model.isReady();

    expect(heardBeforeGreeting).toBe(0);
    expect(model.heard.length).toBe(160);
    expect(sent).toEqual(['respond greeting']);
  });

  it('keeps what callers say with the turn they said it in, though the words of the one before come later', () => {
    const { model, facts, clock } = aCall();
    model.hearsSpeech('u1');
    model.hearsPause('u1');
    clock.advance(100);
    model.hearsSpeech('u2');
    model.hearsPause('u2');

    model.writesDown('And tomorrow?', 'u2');
    model.writesDown('Are you open today?', 'u1');

    expect(transcriptOf(recall(facts)).map(({ text }) => text)).toEqual([
      'Are you open today?',
      'And tomorrow?',
    ]);
  });

  it('T1: waits for the caller when it was told not to greet', () => {
    const { model, clock } = aCall();

    clock.advance(5000);

    expect(model.wants).toEqual([]);
  });

  it('T3: asks again for an answer that was refused because the model was busy, when it no longer is', () => {
    const { model, clock } = aCall(greets);
    model.refuses('greeting', 'busy');
    model.starts('own');
    clock.advance(5000);
    const whileBusy = model.wants.length;

    model.tell({ type: 'response_done', responseId: 'own', outcome: 'completed', usage: null });

    expect(whileBusy).toBe(1);
    expect(model.wants).toEqual(['greeting', 'greeting']);
  });

  it('T3: does not ask again for an answer that was refused for itself, but has the model say sorry', () => {
    const { model, clock } = aCall(greets);

    model.refuses('greeting', 'rejected');
    clock.advance(5_000);

    expect(model.wants).toEqual(['greeting', 'apology']);
  });

  it('T4: does not let an answer that was granted too late talk over the caller', () => {
    const { model, phone, sent, clock } = aCall(greets);
    model.hearsSpeech();

    model.starts('r1', 'greeting');
    model.delta('greeting', 0x11, 1000);
    clock.advance(2000);

    expect(sent).toContain('cancel r1');
    expect(phone.heardMs(0x11)).toBe(0);
  });
});
