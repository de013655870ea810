import { describe, expect, it } from 'vitest';
import type { ResponseRequest, Session, SessionEvent } from '../../src/ports/session.ts';

/** What the model does when it is asked for an answer. */
export type ModelAnswer =
  | { readonly type: 'speech'; readonly text: string; readonly ms: number }
  | { readonly type: 'tool'; readonly name: string; readonly args: string };

export interface SessionRig {
  /** It may be on its way yet. */
  readonly session: Session;
  /** All that was told of it. */
  readonly events: readonly SessionEvent[];
  /** Its next answers, in order. */
  answersWith(...answers: readonly ModelAnswer[]): void;
  becomesReady(): Promise<void>;
  /** The caller says a sentence, and pauses for long enough. */
  callerSpeaks(): Promise<void>;
  /** The connection goes away without a word. */
  breaksOff(): Promise<void>;
  /** Waits until this holds. */
  until(holds: () => void): Promise<void>;
}

type Of<Type extends SessionEvent['type']> = Extract<SessionEvent, { type: Type }>;

/** What is asked of every model, and of the double that stands in for one. */
export function describeSession(model: string, setUp: () => Promise<SessionRig>): void {
  const opened = async () => {
    const rig = await setUp();
    const told = <Type extends SessionEvent['type']>(type: Type) =>
      rig.events.filter((event): event is Of<Type> => event.type === type);
    const comes = async (type: SessionEvent['type'], count = 1) =>
      rig.until(() =>
        expect(told(type).length, `${type} of ${rig.events.map((each) => each.type)}`).toBe(count),
      );
    return { ...rig, told, comes };
  };
  const ready = async () => {
    const rig = await opened();
    await rig.becomesReady();
    await rig.comes('ready');
    return rig;
  };
  const ask = (requestId: string, more: Partial<ResponseRequest> = {}): ResponseRequest => ({
    requestId,
    purpose: 'caller_turn',
    ...more,
  });

  describe(`a session with ${model}`, () => {
    it('is ready once, and says what it can do', async () => {
      const { told } = await ready();

      expect(told('ready')).toHaveLength(1);
      expect(told('ready')[0]?.capabilities).toMatchObject({
        formats: {
          input: expect.stringMatching(/^pcm(u|24)$/),
          output: expect.stringMatching(/^pcm(u|24)$/),
        },
        truncates: expect.any(Boolean),
        cancels: expect.any(Boolean),
        hasTurnEvents: expect.any(Boolean),
        answersTurns: expect.any(Boolean),
        yieldsToSpeech: expect.any(Boolean),
        takesHistory: expect.any(Boolean),
        pacing: expect.stringMatching(/^(burst|real_time)$/),
      });
    });

    it('gives the answer it is asked for, under the name of the request', async () => {
      const { session, events, told, comes, answersWith } = await ready();
      answersWith({ type: 'speech', text: 'Nine to six.', ms: 400 });

      session.respond(ask('a name'));
      await comes('response_done');

      const [started] = told('response_started');
      const [done] = told('response_done');
      const sound = told('audio');
      expect(started?.requestId).toBe('a name');
      expect(done).toMatchObject({ responseId: started?.responseId, outcome: 'completed' });
      expect(sound.reduce((bytes, { audio }) => bytes + audio.length, 0)).toBe(400 * 8);
      expect(
        told('words')
          .map(({ text }) => text)
          .join(''),
      ).toBe('Nine to six.');
      const parts = [...sound, ...told('words'), ...told('audio_done')].map(({ part }) =>
        JSON.stringify(part),
      );
      expect(new Set(parts).size).toBe(1);
      expect(sound[0]?.part.responseId).toBe(started?.responseId);
      const order = events.map(({ type }) => type);
      expect(order.indexOf('response_started')).toBeLessThan(order.indexOf('audio'));
      expect(order.lastIndexOf('audio')).toBeLessThan(order.indexOf('audio_done'));
      expect(order.at(-1)).toBe('response_done');
    });

    it('keeps what it is asked for before it is ready', async () => {
      const { session, told, comes, answersWith, becomesReady } = await opened();
      answersWith({ type: 'speech', text: 'Good day.', ms: 100 });

      session.add({ type: 'text', from: 'house', text: 'It is Monday.' });
      session.respond(ask('early'));
      await becomesReady();
      await comes('response_done');

      expect(told('response_started').map(({ requestId }) => requestId)).toEqual(['early']);
      expect(told('problem')).toEqual([]);
    });

    it('gives one answer at a time, and says which request it refuses meanwhile', async () => {
      const { session, told, comes, answersWith } = await ready();
      answersWith({ type: 'speech', text: 'A long story.', ms: 20_000 });

      session.respond(ask('first'));
      await comes('response_started');
      session.respond(ask('second'));
      await comes('response_refused');

      expect(told('response_refused')).toEqual([
        { type: 'response_refused', requestId: 'second', because: 'busy' },
      ]);
    });

    it('stops an answer that is cancelled, where it can', async ({ skip }) => {
      const { session, told, comes, answersWith, until } = await ready();
      if (!told('ready')[0]?.capabilities.cancels) return skip('it cannot');
      answersWith({ type: 'speech', text: 'A long story.', ms: 20_000 });
      session.respond(ask('first'));
      await until(() => expect(told('audio').length).toBeGreaterThan(0));

      session.cancel(told('response_started')[0]?.responseId ?? '');
      await comes('response_done');

      expect(told('response_done')[0]?.outcome).toBe('cancelled');
    });

    it('takes it quietly how much of its words was heard', async () => {
      const { session, told, comes, answersWith } = await ready();
      answersWith(
        { type: 'speech', text: 'Nine to six.', ms: 400 },
        { type: 'speech', text: 'Yes.', ms: 100 },
      );
      session.respond(ask('first'));
      await comes('response_done');
      const part = told('audio')[0]?.part;
      if (part) session.truncate(part, 200);

      session.respond(ask('second'));
      await comes('response_done', 2);

      expect(told('problem')).toEqual([]);
    });

    it('names a turn of the caller’s alike in all it tells of it', async ({ skip }) => {
      const { told, comes, callerSpeaks } = await ready();
      if (!told('ready')[0]?.capabilities.hasTurnEvents) return skip('it cannot');

      await callerSpeaks();
      await comes('caller_words');
      await callerSpeaks();
      await comes('caller_words', 2);

      const turns = [told('speech_started'), told('speech_stopped'), told('caller_words')].map((each) =>
        each.map(({ itemId }) => itemId),
      );
      expect(turns[0]).toHaveLength(2);
      expect(new Set(turns[0]).size).toBe(2);
      expect(turns).toEqual([turns[0], turns[0], turns[0]]);
      expect(turns[0]?.every((itemId) => typeof itemId === 'string')).toBe(true);
    });

    it('puts a tool call within its answer, and says when it has taken what came of it', async () => {
      const { session, events, told, comes, answersWith, until } = await ready();
      answersWith({ type: 'tool', name: 'look_up', args: '{"order":7}' });
      session.respond(ask('first'));
      await comes('response_done');
      const [put] = told('tool_call');
      session.add({ type: 'tool_output', toolCallId: put?.call.callId ?? '', output: '{"state":"ready"}' });
      await until(() => expect(told('tool_output_taken').length).toBeGreaterThan(0)); // twice is quiet

      expect(put).toMatchObject({
        responseId: told('response_started')[0]?.responseId,
        itemId: expect.any(String),
        call: { name: 'look_up', arguments: '{"order":7}' },
      });
      expect(told('tool_output_taken')[0]?.toolCallId).toBe(put?.call.callId);
      const order = events.map(({ type }) => type);
      expect(order.indexOf('tool_call')).toBeLessThan(order.indexOf('response_done'));
    });

    it('takes words of everybody, which are answered by nobody', async () => {
      const { session, told, comes, answersWith } = await ready();
      for (const from of ['caller', 'agent', 'house'] as const)
        session.add({ type: 'text', from, text: `The ${from} says so.` });
      answersWith({ type: 'speech', text: 'Yes.', ms: 100 });
      session.respond(ask('only'));
      await comes('response_done');

      expect(told('response_started')).toHaveLength(1);
      expect(told('problem')).toEqual([]);
    });

    it('is lost once, and then silent, whatever is asked of it', async () => {
      const { session, events, comes, breaksOff } = await ready();
      await breaksOff();
      await comes('lost');
      const before = events.length;

      session.respond(ask('late'));
      session.hear(new Uint8Array(160));
      session.close();
      session.close();

      expect(events[before - 1]?.type).toBe('lost');
      expect(events.length).toBe(before);
    });

    it('tells nothing once it is closed', async () => {
      const { session, events, answersWith } = await ready();
      answersWith({ type: 'speech', text: 'Nine to six.', ms: 400 });
      session.respond(ask('first'));
      session.close();
      const before = events.length;
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);

      expect(events.length).toBe(before);
    });
  });
}
