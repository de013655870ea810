import { isDeepStrictEqual } from 'node:util';
import { Recollection, recall } from '../../../src/call/recall.ts';
import type { CallState, ToolUse } from '../../../src/ports/call-state.ts';
import type { CallEvent } from '../../../src/ports/facts.ts';
import type { World } from './world.ts';

/** What the journal says is so, held at every moment to what is: whoever has only the journal has to know the same. */
export class RecallWatch {
  readonly #world: World;
  readonly #complain: (what: string) => void;
  readonly #memory = new Recollection();

  constructor(world: World, complain: (what: string) => void) {
    this.#world = world;
    this.#complain = complain;
  }

  noted(event: CallEvent): void {
    this.#memory.follow(event);
  }

  look(): void {
    const { call, model, isOver, isAway, tools, phones } = this.#world;
    const { state } = this.#memory;
    if (isOver) return;
    const leg = openLeg(state);
    this.#compare('whether there is a line', leg !== undefined, call.hasLine);
    this.#compare('which line it is', leg?.leg ?? null, call.hasLine ? phones.length - 1 : null);
    this.#compare(
      'whether the model is there',
      state.sessions.some(({ leftMs }) => leftMs === null),
      model.isReady && !model.isClosed,
    );
    // The carrier is asked a moment before the line goes.
    const wasAsked = phones.some(({ transfers }) => transfers.length > 0);
    if (isAway || !wasAsked)
      this.#compare('whether the caller is with somebody else', isWithSomebodyElse(state), isAway);
    const said = call.control.saying.map(({ itemId }) => itemId);
    const begun = state.agentParts.filter(({ how }) => how === 'being said').map(({ itemId }) => itemId);
    this.#compare(
      'what is being said',
      said.filter((itemId) => !begun.includes(itemId)),
      [],
    );
    const left = [...tools.running]; // it may be told of one a moment earlier that it has come back
    const isRunning = ({ name }: ToolUse) => left.includes(name) && left.splice(left.indexOf(name), 1);
    const offered = new Set(tools.offers.map(({ name }) => name)); // the others are of the model's side
    const open = [...state.tools.values()].filter(({ name, returned }) => !returned && offered.has(name));
    this.#compare(
      'which tools run',
      open.filter((use) => !isRunning(use)),
      [],
    );
    this.#compare('that it goes on', [state.sums.endReason, state.doing === 'over'], [null, false]);
  }

  atTheEnd(): void {
    const { facts, endReason, model } = this.#world;
    const { state } = this.#memory;
    this.#compare('how it ended', [state.sums.endReason, state.doing], [endReason, 'over']);
    this.#compare('that no line is open', openLeg(state), undefined);
    this.#compare(
      'that nothing is being said',
      state.agentParts.filter(({ how }) => how === 'being said'),
      [],
    );
    const heard = new Map<string | null, number>();
    for (const { itemId, heardMs } of state.agentParts) heard.set(itemId, (heard.get(itemId) ?? 0) + heardMs);
    for (const [itemId, heardMs] of new Map(model.cuts.map((cut) => [cut.itemId, cut.heardMs])))
      this.#compare('what was heard of an answer that was cut', heard.get(itemId), heardMs);
    this.#compare('everything, made at once or event by event', recall(facts), state);
    const { length } = facts;
    for (const at of [0, 1, Math.floor(length / 2), length - 1]) {
      const memory = new Recollection();
      for (const event of facts.slice(0, at)) memory.follow(event);
      for (const event of facts.slice(at)) memory.follow(event);
      this.#compare('everything, gone on with in the middle', memory.state, state);
    }
  }

  #compare(what: string, recalled: unknown, lived: unknown): void {
    if (!isDeepStrictEqual(recalled, lived))
      this.#complain(
        `the journal does not know ${what}: ${JSON.stringify(recalled)}, not ${JSON.stringify(lived)}`,
      );
  }
}

function openLeg({ legs }: CallState) {
  return legs.find(({ leftMs }) => leftMs === null);
}

/** Or on the way there or back. */
function isWithSomebodyElse(state: CallState): boolean {
  const { transfer } = state;
  return transfer?.state === 'dialled' || (transfer?.state === 'came_back' && openLeg(state) === undefined);
}
