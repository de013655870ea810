import { z } from 'zod';
import { defineTool, Refusal, type Tool } from '../define-tool.ts';

/** Connects the caller with somebody the owner has named. Which number that is, the model never learns. */
export function transferTool(targets: Readonly<Record<string, { readonly when?: string }>>): Tool | null {
  const names = Object.keys(targets);
  if (names.length === 0) return null;
  const whom = names.map((name) => {
    const when = targets[name]?.when;
    return when ? `${name}: ${when}` : name;
  });
  return defineTool({
    name: 'transfer',
    description:
      'Connect the caller with a person. Use it when the caller asks for one, or you cannot help. Tell the caller first that you will connect them.',
    parameters: z.object({ target: z.enum(names).describe(`Who to connect with. ${whom.join('; ')}`) }),
    filler: null,
    isSilent: true,
    async run({ target }, { call }) {
      const answer = await call.transfer(target);
      if (!answer.ok) throw new Refusal(`The caller could not be connected: ${answer.because}`);
      return { connecting: target };
    },
  });
}
