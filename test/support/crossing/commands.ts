import fc from 'fast-check';
import type { TransferOutcome } from '../../../src/ports/phone-call.ts';
import { MARK_DELAYS } from '../mark-delays.ts';
import type { Behaviour } from './model.ts';
import type { MarkDelay, World } from './world.ts';

/** What is known of the call without asking it: all that decides which commands make sense. */
export interface Known {
  steps: number;
}

/** One thing that happens on a call. */
class Happens implements fc.AsyncCommand<Known, World> {
  readonly #name: string;
  readonly #act: (world: World) => unknown;

  constructor(name: string, act: (world: World) => unknown) {
    this.#name = name;
    this.#act = act;
  }

  check(): boolean {
    return true;
  }

  async run(known: Known, world: World): Promise<void> {
    known.steps += 1;
    await this.#act(world);
    expectNoComplaint(world);
  }

  toString(): string {
    return this.#name;
  }
}

export function expectNoComplaint({ watcher }: World): void {
  if (watcher.complaints.length > 0) throw new Error(watcher.complaints.join('; '));
}

type Arb = fc.Arbitrary<Happens>;

const ms = (min: number, max: number) =>
  fc.integer({ min: min / 100, max: max / 100 }).map((each) => each * 100);
const happens = (name: string, act: (world: World) => unknown): Arb => fc.constant(new Happens(name, act));
const lasting = (min: number, max: number, name: string, act: (world: World, ms: number) => unknown): Arb =>
  ms(min, max).map((each) => new Happens(`${name} ${each} ms`, (world) => act(world, each)));

const behaviour: fc.Arbitrary<Behaviour> = fc.oneof(
  fc.record({ kind: fc.constant('speaks' as const), ms: ms(200, 6_000) }),
  fc.record({ kind: fc.constant('speaks' as const), ms: ms(200, 2_000), afterMs: ms(1_000, 9_000) }),
  fc.record({
    kind: fc.constant('asks for' as const),
    tools: fc.array(fc.constantFrom('quick', 'slow', 'nonsense', 'collect_digits'), {
      minLength: 1,
      maxLength: 3,
    }),
    saysMs: fc.constantFrom(0, 0, 800),
  }),
  fc.record({
    kind: fc.constant('asks for' as const),
    tools: fc.constantFrom(['hang_up'], ['transfer'], ['quick', 'hang_up']),
    saysMs: fc.constantFrom(0, 1_500, 4_000),
  }),
  fc.record({
    kind: fc.constant('looks up' as const),
    takeMs: fc.array(fc.constantFrom(100, 900, 3_000, 9_000, null), { minLength: 1, maxLength: 2 }),
    saysMs: fc.constantFrom(0, 0, 800),
  }),
  fc.constant({ kind: 'fails' as const }),
  fc.record({ kind: fc.constant('is incomplete' as const), ms: ms(0, 1_500) }),
  fc.constant({ kind: 'never starts' as const }),
  fc.constant({ kind: 'starts and says nothing' as const }),
  fc.record({ kind: fc.constant('stalls' as const), ms: ms(200, 1_500) }),
  fc.record({ kind: fc.constant('loses its end' as const), ms: ms(200, 2_000) }),
);

const nameOf = (each: Behaviour) => JSON.stringify(each).replaceAll('"', '');

const nextAnswers: Arb = fc.tuple(behaviour, fc.integer({ min: 1, max: 3 })).map(
  ([each, times]) =>
    new Happens(`next ${times} answers: ${nameOf(each)}`, ({ model }) => {
      for (let i = 0; i < times; i += 1) model.next.push(each);
    }),
);

const allAnswers: Arb = behaviour.map(
  (each) =>
    new Happens(`all answers: ${nameOf(each)}`, ({ model }) => {
      model.always = each;
    }),
);

const toolLoop: Arb = fc.tuple(fc.boolean(), fc.boolean()).map(([isDisobedient, isRemote]) => {
  const whose = isRemote ? 'have the model’s side look something up' : 'ask for a tool';
  const always: Behaviour = isRemote
    ? { kind: 'looks up', takeMs: [100], saysMs: 0 }
    : { kind: 'asks for', tools: ['quick'], saysMs: 0 };
  return new Happens(
    `all answers ${whose}${isDisobedient ? ', also where they must not' : ''}`,
    ({ model }) => {
      model.isDisobedient = isDisobedient;
      model.always = always;
    },
  );
});

const returns: Arb = fc
  .constantFrom<TransferOutcome>('completed', 'busy', 'no_answer', 'failed')
  .map((outcome) => new Happens(`returns: ${outcome}`, (world) => world.returns(outcome)));

const keys: Arb = fc
  .constantFrom('4711#', '1', '*', '#', '12', '7#')
  .map((each) => new Happens(`presses ${each}`, (world) => world.presses(each)));

/** How late marks come back. */
export const marks: fc.Arbitrary<MarkDelay> = fc.constantFrom(
  ...(Object.keys(MARK_DELAYS) as readonly MarkDelay[]),
);

const lateMarks: Arb = marks.map(
  (delay) => new Happens(`marks come back late from now on: ${delay}`, (world) => world.marksCome(delay)),
);

const one = (weight: number, arbitrary: Arb) => ({ weight: OFTEN * weight, arbitrary });

/** To what ends a call, which most of them are to be spared. */
const OFTEN = 5;

/** What ends a call from outside, when it likes. */
const ends: Arb = fc.constantFrom(
  new Happens('an operator hangs up', ({ call }) => call.control.hangUpNow()),
  new Happens('the process is to stop', ({ call }) => call.end('drained')),
  new Happens('the carrier has ended the phone call', ({ call }) => call.phoneCallEnded()),
  new Happens('the carrier has ended the line', ({ call }) => call.lineEnded()),
  new Happens('the caller puts the phone down', ({ phone }) => phone.goes('hung_up')),
  new Happens('the line breaks off', ({ phone }) => phone.goes('lost')),
  new Happens('the model is lost', ({ model }) => model.isLost('dropped')),
);

/** Everything that may happen on a call, each as often as it is interesting. */
export const everything: Arb = fc.oneof(
  one(
    10,
    lasting(100, 9_000, 'passes', (world, each) => world.passes(each)),
  ),
  one(
    4,
    lasting(400, 3_000, 'the caller says something for', (world, each) => world.says('speech', each)),
  ),
  one(
    3,
    happens('the caller speaks and pauses', async (world) => {
      world.says('speech', 1_000);
      await world.passes(1_800);
    }),
  ),
  one(
    3,
    happens('the caller coughs', (world) => world.says('cough', 120)),
  ),
  one(
    2,
    lasting(300, 1_500, 'the agent’s voice comes back for', (world, each) => world.says('echo', each)),
  ),
  one(5, nextAnswers),
  one(1, allAnswers),
  one(1, toolLoop),
  one(
    1,
    happens('the next end of a turn gets lost', (world) => {
      world.losesNextPause = true;
    }),
  ),
  one(2, keys),
  one(1, returns),
  one(1, lateMarks),
  one(
    2,
    lasting(100, 4_000, 'the phone takes nothing off its line for', ({ phone }, each) =>
      phone.isDeafFor(each),
    ),
  ),
  one(
    1,
    lasting(4_100, 20_000, 'the phone takes nothing off its line for', ({ phone }, each) =>
      phone.isDeafFor(each),
    ),
  ),
  one(
    1,
    happens('the carrier will not transfer', ({ phone }) => {
      phone.canTransfer = false;
    }),
  ),
  one(
    1,
    happens('an operator has something to say', ({ call }) => call.control.inform('Be generous.', true)),
  ),
  one(
    1,
    happens('an operator connects the caller', (world) => {
      if (world.isConnected && !world.isAway && !world.isOver && world.call.control.transfer('desk').ok)
        world.watcher.leaves();
    }),
  ),
  one(
    1,
    happens('the caller sends a picture', ({ call }) => call.show(Uint8Array.of(1), 'image/png')),
  ),
  one(
    1,
    happens('time is nearly up', (world) => world.passes(world.leftMs - 1_000)),
  ),
  { weight: 2, arbitrary: ends },
);
