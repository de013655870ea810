import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ResponseQueue } from '../../../src/call/turns/response-queue.ts';

/**
 * A server as the protocol describes it: one answer at a time, requests refused
 * meanwhile, answers of its own after the caller's turns. What it says is on its
 * way for a while, and so is what it is told; both ways keep their order.
 */
class Server {
  readonly served: string[] = [];
  readonly overlaps: string[] = [];
  #running: string | null = null;
  #count = 0;
  readonly #toClient: { at: number; news: News }[] = [];
  readonly #fromClient: { at: number; requestId: string }[] = [];
  readonly #quirks: Quirks;

  constructor(quirks: Quirks) {
    this.#quirks = quirks;
  }

  ask(requestId: string, now: number): void {
    this.#fromClient.push({
      at: Math.max(now + this.#quirks.wayThereMs, this.#fromClient.at(-1)?.at ?? 0),
      requestId,
    });
  }

  turnEnds(now: number): void {
    this.#send({ type: 'paused' }, now);
    if (this.#running === null) this.#start(null, now);
  }

  callerSpeaks(now: number): void {
    this.#send({ type: 'speaking' }, now);
    this.finish(now);
  }

  finish(now: number): void {
    if (this.#running === null) return;
    this.#send({ type: 'done', responseId: this.#running }, now);
    this.#running = null;
  }

  /** What has reached the client by now, in order. */
  step(now: number): readonly News[] {
    while (this.#fromClient[0] && this.#fromClient[0].at <= now) {
      const request = this.#fromClient.shift();
      if (!request) break;
      if (this.#running === null) this.#start(request.requestId, now);
      else
        this.#send({ type: 'refused', requestId: this.#quirks.namesRefused ? request.requestId : null }, now);
    }
    const arrived: News[] = [];
    while (this.#toClient[0] && this.#toClient[0].at <= now)
      arrived.push((this.#toClient.shift() as { news: News }).news);
    return arrived;
  }

  #start(requestId: string | null, now: number): void {
    this.#running = `r${++this.#count}`;
    if (requestId !== null) this.served.push(requestId);
    this.#send({ type: 'started', responseId: this.#running, requestId }, now);
  }

  #send(news: News, now: number): void {
    this.#toClient.push({ at: Math.max(now + this.#quirks.wayBackMs, this.#toClient.at(-1)?.at ?? 0), news });
  }
}

type News =
  | { type: 'started'; responseId: string; requestId: string | null }
  | { type: 'refused'; requestId: string | null }
  | { type: 'done'; responseId: string }
  | { type: 'speaking' }
  | { type: 'paused' };

interface Quirks {
  readonly wayThereMs: number;
  readonly wayBackMs: number;
  readonly namesRefused: boolean;
}

function tell(responses: ResponseQueue, news: News, now: number): void {
  if (news.type === 'started') responses.started(news.responseId, news.requestId, now);
  else if (news.type === 'refused') responses.refused(news.requestId, 'busy', now);
  else if (news.type === 'done') responses.done(news.responseId);
  else if (news.type === 'speaking') responses.callerSpeaks();
  else responses.callerPauses(now, true);
}

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ type: fc.constant('ask' as const) }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('finish' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ type: fc.constant('turn' as const), ms: fc.integer({ min: 20, max: 2000 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ type: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 900 }) }),
  },
);

const quirks = fc.record({
  wayThereMs: fc.integer({ min: 0, max: 300 }),
  wayBackMs: fc.integer({ min: 0, max: 300 }),
  namesRefused: fc.boolean(),
});

describe('the response responses', () => {
  it('T3: every answer that is wanted is given exactly once, in order, whatever crosses on the wire', () => {
    fc.assert(
      fc.property(quirks, fc.array(step, { maxLength: 60 }), (quirks, steps) => {
        const responses = new ResponseQueue();
        const server = new Server(quirks);
        const wanted: string[] = [];
        let now = 0;
        const pass = (ms: number) => {
          for (const until = now + ms; now < until; now += 10) {
            for (const news of server.step(now)) tell(responses, news, now);
            const request = responses.next(now);
            if (request) server.ask(request.requestId, now);
          }
        };

        for (const step of steps) {
          if (step.type === 'ask') {
            wanted.push(responses.ask({ purpose: 'tool_results' }));
          } else if (step.type === 'finish') server.finish(now);
          else if (step.type === 'turn') {
            server.callerSpeaks(now);
            pass(step.ms);
            server.turnEnds(now);
          } else pass(step.ms);
        }
        for (let rest = 0; rest < 3 * wanted.length + 10; rest++) {
          server.finish(now);
          pass(3_000);
        }

        expect(server.served).toEqual(wanted);
      }),
      { numRuns: 3_000 },
    );
  });

  it('asks for nothing while the model is about to answer', () => {
    const responses = new ResponseQueue();
    responses.ask({ purpose: 'tool_results' });

    responses.callerPauses(1000, true);
    const rightAfter = responses.next(1100);
    responses.started('own', null, 1200);
    responses.done('own');

    expect(rightAfter).toBeNull();
    expect(responses.next(1300)).toMatchObject({ purpose: 'tool_results' });
  });

  it('does not wait for an answer of the model’s own that does not come', () => {
    const responses = new ResponseQueue();
    responses.callerSpeaks();
    responses.callerPauses(0, true);
    responses.ask({ purpose: 'tool_results' });

    expect(responses.next(1_499)).toBeNull();
    expect(responses.next(1_500)).toMatchObject({ purpose: 'tool_results' });
  });

  it('asks again when a request, or the end of an answer, got lost', () => {
    const responses = new ResponseQueue();
    const greeting = responses.ask({ purpose: 'greeting' });
    responses.next(0);

    expect(responses.next(9_999)).toBeNull();
    expect(responses.next(10_000)).toMatchObject({ requestId: greeting });
    responses.started('r1', greeting, 10_100);
    responses.ask({ purpose: 'caller_turn' });
    expect(responses.next(20_099)).toBeNull();
    expect(responses.next(20_100)).toMatchObject({ purpose: 'caller_turn' });
  });

  it('asks again for an answer that was mistaken for granted', () => {
    const responses = new ResponseQueue();
    const greeting = responses.ask({ purpose: 'greeting' });
    responses.next(0);
    responses.started('own', greeting, 100); // a server that does not say whose wish it serves

    responses.refused(greeting, 'busy', 200);
    responses.done('own');

    expect(responses.next(300)).toMatchObject({ requestId: greeting });
  });
});
