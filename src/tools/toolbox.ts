import { RingdownError } from '../errors.ts';
import type { Toolbox, ToolOffer } from '../ports/tools.ts';
import type { ToolHost } from './host/tool-host.ts';
import { CallTools } from './runner.ts';
import type { RunSurroundings } from './surroundings.ts';
import { ToolRecord } from './tool-record.ts';
import { namesTwice } from './tool-spec.ts';

/** Everything an agent can do besides speaking, from wherever it runs. */
export function createToolbox(hosts: readonly ToolHost[], around: RunSurroundings): Toolbox {
  const placed = hosts.flatMap((host) => host.cards.map((card) => ({ card, host })));
  const twice = namesTwice(placed.map(({ card }) => card));
  if (twice.length > 0) {
    throw new RingdownError(
      'BAD_AGENT',
      `Two tools are called ${twice.join(', ')}. Rename one, or take the built-in one of that name out of \`can\`.`,
    );
  }
  const tools = new Map(placed.map((tool) => [tool.card.name, tool]));
  const offers: readonly ToolOffer[] = placed.map(({ card: { name, description, parameters } }) => ({
    name,
    description,
    parameters,
  }));
  return {
    offers,
    open(control) {
      const holds = hosts.map((host) => host.hold());
      const record = new ToolRecord(control, around.clock, around.log);
      return new CallTools(tools, control, around, record, () => {
        for (const letGo of holds) letGo();
      });
    },
  };
}
