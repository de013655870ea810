import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ResponseRequest } from '../../src/ports/session.ts';
import { aCall } from '../support/a-call.ts';
import { settled, ToolboxSpy } from '../support/a-toolbox.ts';

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('tool comes back' as const), which: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('output is taken' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('caller takes a turn' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('answer begins' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('answer is done' as const) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('request is refused' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant('model asks for more' as const),
      count: fc.integer({ min: 1, max: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('time passes' as const),
      ms: fc.integer({ min: 1, max: 3_000 }),
    }),
  },
);

/** A request that nothing comes of for so long may be taken for lost and made again, where the caller has waited long. */
const LOST_AFTER_MS = 2_000;

/** A model that grants one answer at a time and answers turns by itself, as the real one does. */
class Server {
  readonly taken = new Set<string>();
  readonly sent: string[] = [];
  asked: ResponseRequest | null = null;
  askedAt = 0;
  ownAnswerIsDue = false;
  running: string | null = null;
  answers = 0;
  /** What each answer knew when it began. */
  readonly knew: ReadonlySet<string>[] = [];

  take(): string | undefined {
    const next = this.sent.shift();
    if (next !== undefined) this.taken.add(next);
    return next;
  }
}

describe('answers about what tools said, under any order of events', () => {
  it('T3 L3: every result is part of an answer that begins after it, and none is asked for without need', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
        const toolbox = new ToolboxSpy();
        toolbox.filler = null;
        const { model, clock, crashes } = aCall({ plan: { toolbox } });
        const server = new Server();
        const open: string[] = [];
        let calls = 0;
        model.add = (item) => {
          if (item.type === 'tool_output') server.sent.push(item.toolCallId);
        };
        model.respond = (request) => {
          const isLost = clock.now() - server.askedAt >= LOST_AFTER_MS;
          if (!isLost) expect(server.asked).toBeNull(); // one request at a time
          server.asked = request;
          server.askedAt = clock.now();
          const told = new Set(server.knew.flatMap((known) => [...known]));
          const isNews = [...server.taken, ...server.sent].some((callId) => !told.has(callId));
          expect(request.purpose !== 'tool_results' || isNews).toBe(true); // nothing is said twice
        };
        model.cancel = (responseId) => {
          if (server.running === responseId) server.knew.pop(); // it said nothing of what it knew
          clock.after(1, () => {
            if (server.running !== responseId) return;
            server.running = null;
            model.calls([], responseId, 'cancelled');
          });
        };
        const takeAll = () => {
          for (let id = server.take(); id !== undefined; id = server.take()) model.takesOutputs(id);
        };
        const begin = () => {
          if (server.running !== null || (server.asked === null && !server.ownAnswerIsDue)) return;
          takeAll(); // what was sent before the request is taken before it is granted
          const request = server.ownAnswerIsDue ? null : server.asked;
          if (request !== null) server.asked = null;
          server.ownAnswerIsDue = false;
          server.running = `r${++server.answers}`;
          server.knew.push(new Set(server.taken));
          model.starts(server.running, request);
        };
        const done = (callIds: readonly string[] = []) => {
          if (server.running === null) return;
          const name = server.running;
          server.running = null;
          model.calls(callIds, name);
          open.push(...callIds);
        };
        const comeBack = async (which: number) => {
          const [callId] = open.splice(which % Math.max(1, open.length), 1);
          if (callId !== undefined) await toolbox.answers(callId);
        };
        const refuse = () => {
          if (server.asked === null || server.running === null) return;
          const request = server.asked;
          server.asked = null;
          model.refuses(request, 'busy');
        };

        for (const act of steps) {
          if (act.type === 'tool comes back') await comeBack(act.which);
          else if (act.type === 'output is taken') {
            const id = server.take();
            if (id !== undefined) model.takesOutputs(id);
          } else if (act.type === 'caller takes a turn') {
            model.hearsSpeech();
            done();
            clock.advance(200);
            model.hearsPause();
            server.ownAnswerIsDue = true;
          } else if (act.type === 'answer begins') begin();
          else if (act.type === 'answer is done') done();
          else if (act.type === 'request is refused') refuse();
          else if (act.type === 'model asks for more' && server.running !== null) {
            done(Array.from({ length: act.count }, () => `c${++calls}`));
          } else if (act.type === 'time passes') clock.advance(act.ms);
        }
        while (open.length > 0) await comeBack(0);
        await settled();
        for (let rest = 0; rest < 6; rest++) {
          clock.advance(2_500);
          refuse();
          done();
          begin();
          done();
        }
        clock.advance(2_500);

        expect(crashes).toEqual([]);
        expect(server.sent).toEqual([]);
        const known = server.knew.at(-1) ?? new Set();
        for (let call = 1; call <= calls; call++) expect(known).toContain(`c${call}`); // nothing is lost
        expect(server.asked).toBeNull(); // and nothing is asked for once all is said
      }),
      { numRuns: 3_000 },
    );
  });
});
