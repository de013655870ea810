import { createServer, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it, onTestFinished, vi } from 'vitest';
import { FinishedCalls } from '../../src/after/finished-calls.ts';
import type { WebhookOutcome } from '../../src/after/webhook.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import type { SessionEvent, SpeechModel } from '../../src/ports/session.ts';
import { DIAL_DEFAULTS, dial } from '../../src/practice/phone/dial.ts';
import { aHouse, type House } from '../support/a-house.ts';
import { aSilentSession } from '../support/a-silent-session.ts';
import { aWholeCall } from '../support/logged-calls.ts';
import { aFolder } from '../support/temp-folder.ts';
import { TestClock } from '../support/test-clock.ts';

/** The owner's system: takes messages, and answers them as it is told to. */
async function aReceiver() {
  const messages: { readonly id: unknown; readonly body: Record<string, unknown> }[] = [];
  const receiver = { status: 503, messages, url: '' };
  const server = createServer(async (request, response) => {
    const body = JSON.parse(await bodyOf(request));
    messages.push({ id: request.headers['ringdown-delivery'], body });
    response.writeHead(receiver.status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  receiver.url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  return receiver;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

async function aCall(at: House): Promise<string> {
  const answer = await dial({ ...DIAL_DEFAULTS, url: at.app.localUrl }, {});
  if (answer.kind === 'words') throw new Error('not connected');
  answer.line.hangUp();
  return answer.callSid;
}

/** What was at work when the caller hung up takes the numbers before. */
const BEHIND_THE_CALL = 1_001;

/** Calls after their end, on a test clock: the log gives up what the test says, and the receiver answers so. */
function whatIsLeft(
  left: readonly (readonly string[])[],
  events: (callId: string) => Promise<readonly CallEvent[]>,
  deliver: (callId: string) => Promise<WebhookOutcome> = async () => 'delivered',
) {
  const clock = new TestClock();
  const told: CallEvent[] = [];
  const delivered: string[] = [];
  const asked: (readonly string[])[] = [];
  const answers = [...left];
  const takeUp = vi.fn(async (_since: number, inHand: readonly string[]): Promise<readonly string[]> => {
    asked.push(inHand);
    return answers.shift() ?? [];
  });
  const owned = { isOurs: true };
  const log = { owns: async () => owned.isOurs, takeUp, store: { events } };
  const finished = new FinishedCalls({
    agents: { named: () => null },
    model: {
      open() {
        throw new Error('Nobody said anything.');
      },
    },
    clock,
    observer: (_callId, event) => void told.push(event),
    webhook: {
      deliver(callId) {
        delivered.push(callId);
        return deliver(callId);
      },
      close: async () => {},
    },
    log,
  });
  const look = async () => {
    clock.advance(10_000);
    for (let n = 0; n < 100; n++) await Promise.resolve();
  };
  return { clock, told, delivered, asked, takeUp, finished, look, owned };
}

it('tells nobody of a call that another process has acquired, nor of one that cannot be known to be ours', async () => {
  const events = aWholeCall();
  const { told, delivered, finished, look, owned } = whatIsLeft([['CA1'], [], ['CA1']], async () => events);
  owned.isOurs = false;
  finished.take('CA2', events);
  await look();

  expect(delivered).toEqual([]);
  expect(told).toMatchObject([{ type: 'webhook_delivery', state: 'due' }]);
  owned.isOurs = true;
  await look();
  expect(delivered).toEqual(['CA1']);
});

it('tells of a call that was taken up though the log could not be read just then', async () => {
  const answers = [new Error('not now'), aWholeCall().slice(0, 5)];
  const { clock, told, delivered, finished, look } = whatIsLeft([['CA1'], ['CA1']], async () => {
    const answer = answers.shift();
    if (!Array.isArray(answer)) throw answer;
    return answer;
  });

  await look();
  expect(delivered).toEqual([]);
  await look();
  await look();

  expect(delivered).toEqual(['CA1']);
  expect(told).toMatchObject([{ type: 'webhook_delivery', state: 'delivered', seq: BEHIND_THE_CALL }]);
  await finished.settled(30_000);
  expect(clock.timers).toBe(0);
});

it('says at once of a call that has ended that it is to be told on, and looks for others but that one', async () => {
  const { told, asked, finished, look } = whatIsLeft(
    [],
    async () => [],
    () => new Promise(() => {}),
  );
  finished.take('CA1', aWholeCall().slice(0, 5));
  expect(told).toMatchObject([{ type: 'webhook_delivery', state: 'due', seq: BEHIND_THE_CALL }]);

  await look();
  expect(asked).toEqual([['CA1']]);
  await finished.settled(30_000);
});

it('leaves what there is no room for, and finds it again later', async () => {
  const outcomes: WebhookOutcome[] = ['left', 'delivered'];
  const { told, delivered, asked, finished, look } = whatIsLeft(
    [[], ['CA1']],
    async () => aWholeCall().slice(0, 5),
    async () => outcomes.shift() ?? 'left',
  );
  finished.take('CA1', aWholeCall().slice(0, 5));
  await look();
  await look();

  expect(asked[1]).toEqual([]);
  expect(delivered).toEqual(['CA1', 'CA1']);
  expect(told).toMatchObject([{ state: 'due' }, { state: 'delivered' }]);
  await finished.settled(30_000);
});

it('looks once at a time, again as long as something is found, and not where there is no room', async () => {
  const names = (from: number) => Array.from({ length: 5 }, (_, n) => `CA${from + n}`);
  const { takeUp, asked, finished, look } = whatIsLeft(
    [names(0), names(5)],
    async () => aWholeCall().slice(0, 5),
    () => new Promise(() => {}),
  );
  await look();
  expect(asked.map((inHand) => inHand.length)).toEqual([0, 5, 10]);

  takeUp.mockReturnValueOnce(new Promise(() => {}));
  for (let n = 0; n < 4; n++) await look();
  expect(takeUp).toHaveBeenCalledTimes(4);
  await finished.settled(30_000);

  const full = whatIsLeft(
    [],
    async () => [],
    () => new Promise(() => {}),
  );
  for (let n = 0; n < 1_000; n++) full.finished.take(`CA${n}`, aWholeCall().slice(0, 5));
  await full.look();
  expect(full.takeUp).not.toHaveBeenCalled();
  await full.finished.settled(30_000);
});

/** A model that sums up when the test says so, and counts how many it is asked at once. */
function aSlowReader(clock: TestClock) {
  const open = new Set<(event: SessionEvent) => void>();
  let most = 0;
  const model: SpeechModel = {
    open(_setup, tell) {
      open.add(tell);
      most = Math.max(most, open.size);
      return aSilentSession({ close: () => void open.delete(tell) });
    },
  };
  const told: string[] = [];
  const delivered: string[] = [];
  const crowdedOut: number[] = [];
  const finished = new FinishedCalls({
    agents: { named: () => null },
    model,
    clock,
    observer: (callId, { type }) => void (type === 'summarised' && told.push(callId)),
    webhook: {
      async deliver(callId) {
        delivered.push(callId);
        return 'delivered';
      },
      close: async () => {},
    },
    log: { owns: async () => true, takeUp: async () => [], store: { events: async () => [] } },
    crowdedOut: (calls) => void crowdedOut.push(calls),
  });
  const answer = async () => {
    for (const tell of [...open])
      tell({ type: 'out_of_band_answered', askId: 'summary', text: '{"summary":"They called."}' });
    await settledPromises();
  };
  return { finished, open, told, delivered, crowdedOut, answer, most: () => most };
}

async function settledPromises() {
  for (let n = 0; n < 100; n++) await Promise.resolve();
}

it('has the model sum up a few at a time when many hang up at once, and each of them', async () => {
  const { finished, told, answer, most } = aSlowReader(new TestClock());
  for (let n = 0; n < 50; n++) finished.take(`CA${n}`, aWholeCall());
  for (let round = 0; round < 50; round++) await answer();

  expect(told).toHaveLength(50);
  expect(most()).toBeLessThanOrEqual(4);
});

it('says how many calls were not summed up because more than a thousand waited for it, and says it at once when it closes', async () => {
  const clock = new TestClock();
  const { finished, crowdedOut } = aSlowReader(clock);
  for (let n = 0; n < 1_010; n++) finished.take(`CA${n}`, aWholeCall());
  await settledPromises();
  expect(crowdedOut).toEqual([]);
  clock.advance(10_000);
  expect(crowdedOut).toEqual([6]);

  for (let n = 0; n < 3; n++) finished.take(`CAlate${n}`, aWholeCall());
  await settledPromises();
  const settled = finished.settled(2_000);
  clock.advance(2_000);

  expect(await settled).toBe(1_004);
  expect(crowdedOut).toEqual([6, 3]);
  expect(clock.timers).toBe(0);
});

it('waits no longer for summaries that hang than it is given, and leaves those calls to whoever comes next', async () => {
  const clock = new TestClock();
  const { finished, open, told, delivered } = aSlowReader(clock);
  for (let n = 0; n < 10; n++) finished.take(`CA${n}`, aWholeCall());
  await settledPromises();
  let left: number | null = null;
  void finished.settled(2_000).then((count) => {
    left = count;
  });

  clock.advance(1_999);
  await settledPromises();
  expect(left).toBeNull();
  clock.advance(1);
  await settledPromises();

  expect([left, open.size, told, delivered]).toEqual([10, 0, [], []]);
  expect(clock.timers).toBe(0);
});

it('leaves the call the numbers that follow its end: what was at work then may still note something', async () => {
  const events = aWholeCall();
  const { told, finished } = whatIsLeft([], async () => events);
  finished.take('CA1', events);
  await finished.settled(30_000);

  const ended = events.at(-1)?.seq ?? 0;
  expect(told.map(({ seq }) => seq - ended)).toEqual([1_001, 1_002]);
});

it('gives up a call of which nothing is kept any more', async () => {
  const claim = { type: 'webhook_delivery', state: 'taken_up', by: 'this', seq: 2_000, atMs: 9 } as const;
  const { told, delivered, finished, look } = whatIsLeft([['CA1']], async () => [claim]);
  await look();

  expect(delivered).toEqual([]);
  expect(told).toMatchObject([{ state: 'given_up', why: 'forgotten', seq: 2_001 }]);
  await finished.settled(30_000);
});

it('tells of no call of a process that had nobody to tell, though one that has shares its log', async () => {
  const receiver = await aReceiver();
  receiver.status = 204;
  const dataDir = aFolder({}).path;
  const quiet = await aHouse({ DATA_DIR: dataDir });
  const quietId = await aCall(quiet);
  await vi.waitFor(
    async () =>
      expect(await (await fetch(`${quiet.app.localUrl}/api/calls/${quietId}/events`)).text()).toContain(
        '"ended"',
      ),
    { timeout: 10_000 },
  );
  await quiet.close();
  const owners = new DatabaseSync(join(dataDir, 'calls.db'));
  owners.exec('DELETE FROM owners');

  const telling = await aHouse({
    DATA_DIR: dataDir,
    CALL_WEBHOOK_URL: `${receiver.url}/calls`,
    CALL_WEBHOOK_SECRET: 'whsec',
    CALL_WEBHOOK_ORIGINS: receiver.url,
  });
  onTestFinished(() => telling.close());
  const ownId = await aCall(telling);
  const left = `SELECT count(*) AS calls FROM calls WHERE call_id = ? AND workings ->> '$.isUntold'`;
  await vi.waitFor(() => expect(receiver.messages.map(({ body }) => body['callId'])).toContain(ownId), {
    timeout: 10_000,
  });
  expect(owners.prepare(left).get(quietId)).toEqual({ calls: 0 });
  owners.close();
}, 60_000);

it('tells of a call though the receiver was away until the house had closed and opened again, under one name', async () => {
  const receiver = await aReceiver();
  const dataDir = aFolder({}).path;
  const environment = {
    DATA_DIR: dataDir,
    CALL_WEBHOOK_URL: `${receiver.url}/calls`,
    CALL_WEBHOOK_SECRET: 'whsec',
    CALL_WEBHOOK_ORIGINS: receiver.url,
  };
  const before = await aHouse(environment);
  const callId = await aCall(before);
  await vi.waitFor(() => expect(receiver.messages.length).toBeGreaterThan(0), { timeout: 10_000 });
  await before.close();
  const triedBefore = receiver.messages.length;
  const owners = new DatabaseSync(join(dataDir, 'calls.db'));
  owners.exec('DELETE FROM owners');
  owners.close();

  receiver.status = 204;
  const after = await aHouse(environment);
  onTestFinished(() => after.close());
  await vi.waitFor(() => expect(receiver.messages.length).toBeGreaterThan(triedBefore), { timeout: 20_000 });
  const eventsOf = async () => (await fetch(`${after.app.localUrl}/api/calls/${callId}/events`)).text();
  await vi.waitFor(async () => expect(await eventsOf()).toContain('"delivered"'), { timeout: 10_000 });

  expect(new Set(receiver.messages.map(({ id }) => id)).size).toBe(1);
  expect(receiver.messages.at(-1)?.body).toMatchObject({
    type: 'call.completed',
    callId,
    endReason: 'caller_hung_up',
  });
  expect(after.log.join('')).not.toContain('could not be delivered');
}, 60_000);
