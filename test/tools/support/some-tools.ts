import { z } from 'zod';
import { defineTool, type Tool } from '../../../src/tools/define-tool.ts';

export const orderStatus = defineTool({
  name: 'order_status',
  description: 'Find an order.',
  parameters: z.object({ orderNumber: z.string(), colour: z.enum(['red', 'blue']).default('red') }),
  run: ({ orderNumber, colour }, { settings }) => ({ orderNumber, colour, currency: settings['currency'] }),
});

/** A tool that is done when the test says so. */
export function slow(over: Partial<Tool> = {}) {
  const runs: { finish(value: unknown): void; fail(error: unknown): void; signal: AbortSignal }[] = [];
  const tool: Tool = {
    name: 'slow',
    description: 'Takes its time.',
    parameters: z.object({ at: z.string().optional() }),
    run: (_args, { signal }) =>
      new Promise((finish, fail) => {
        runs.push({ finish, fail, signal });
      }),
    ...over,
  };
  return { tool, runs };
}

export const throwing = (name: string, what: () => unknown) =>
  defineTool({ name, description: 'Fails.', parameters: z.object({}), run: what });
