import { isDeepStrictEqual } from 'node:util';
import { Recollection, recall } from '../../src/call/recall.ts';
import type { CallEvent, EndReason } from '../../src/ports/facts.ts';

/** What there is to know of a call by other ways than its journal. */
export interface Lived {
  readonly facts: readonly CallEvent[];
  readonly hasLine: boolean;
  readonly endReason: EndReason | null;
  /** Parts of answers that can be heard at this moment, by their items. */
  readonly saying: readonly string[];
  /** What the model was told was heard of an item of an answer, the last time. */
  readonly cuts: ReadonlyMap<string, number>;
}

const calls: (() => Lived)[] = [];

/** To be held to its journal when the test that has it is over. */
export function isLived(call: () => Lived): void {
  calls.push(call);
}

/** Where the journal and the call do not agree. */
export function disagreements({ facts, hasLine, endReason, saying, cuts }: Lived): readonly string[] {
  const state = recall(facts);
  const begun = new Set(
    state.agentParts.filter(({ how }) => how === 'being said').map(({ itemId }) => itemId),
  );
  const heardOf = (name: string) =>
    state.agentParts.reduce(
      (sum, { responseId, itemId, heardMs }) => sum + (`${responseId} ${itemId}` === name ? heardMs : 0),
      0,
    );
  const claims: readonly (readonly [string, unknown, unknown])[] = [
    ['how it ended', state.sums.endReason, endReason],
    ['whether it is over', state.doing === 'over', endReason !== null],
    [
      'whether there is a line',
      state.legs.some(({ leftMs }) => leftMs === null),
      hasLine && endReason === null,
    ],
    ['what is being said', saying.filter((itemId) => !begun.has(itemId)), []],
    ['what was heard of what was cut', [...cuts].map(([name]) => [name, heardOf(name)]), [...cuts]],
    ...facts.map((_, at) => [`what goes on from event ${at}`, inTwo(facts, at), state] as const),
  ];
  return claims.flatMap(([what, recalled, lived]) =>
    isDeepStrictEqual(recalled, lived)
      ? []
      : `${what}: ${JSON.stringify(recalled)}, not ${JSON.stringify(lived)}`,
  );
}

function inTwo(facts: readonly CallEvent[], at: number) {
  const memory = new Recollection();
  for (const event of facts.slice(0, at)) memory.follow(event);
  for (const event of facts.slice(at)) memory.follow(event);
  return memory.state;
}

if (process.env['VITEST']) {
  const { afterEach, expect } = await import('vitest');
  afterEach(() => {
    for (const call of calls.splice(0)) expect(disagreements(call())).toEqual([]);
  });
}
