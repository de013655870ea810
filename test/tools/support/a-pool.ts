import { onTestFinished } from 'vitest';
import type { Clock } from '../../../src/ports/clock.ts';
import { systemClock } from '../../../src/ports/clock.ts';
import type { ToolCall } from '../../../src/ports/tools.ts';
import { WorkerPool } from '../../../src/tools/host/worker-pool.ts';
import { createToolbox } from '../../../src/tools/toolbox.ts';
import { aFolder } from '../../support/temp-folder.ts';
import { aControl, aLog } from './a-control.ts';

const AGENT = `export default { name: 'test', settings: { currency: 'EUR' } };`;
export const tool = (name: string, run: string, more = '') => `
  import { defineTool, z } from 'ringdown';
  export default defineTool({
    name: '${name}', description: 'A tool.', parameters: z.object({ n: z.number().optional() }), ${more}
    ${run}
  });`;

/** An agent's folder, its threads, and as many calls as a test wants. */
export async function aPool(tools: Readonly<Record<string, string>>, most = 4, clock: Clock = systemClock) {
  const files = Object.fromEntries(Object.entries(tools).map(([name, text]) => [`tools/${name}.ts`, text]));
  const folder = aFolder({ 'agent.ts': AGENT, ...files });
  const { log, lines } = aLog();
  const pool = await WorkerPool.open({
    birth: {
      folder: folder.path,
      role: 'files',
      houseSettings: { dataDir: '.' },
      environment: { CRM_TOKEN: 'canary' },
    },
    clock,
    log: (level, line) => log[level]({}, line),
    most,
  });
  onTestFinished(() => pool.close());
  const toolbox = createToolbox([pool], {
    clock,
    log,
    transferTargets: new Set(['reception']),
    secrets: ['canary'],
  });
  const aCall = (callId: string) => {
    const { control, asked } = aControl({ callId });
    const runner = toolbox.open(control);
    let calls = 0;
    const ask = (name: string, args: unknown = {}) => {
      const call: ToolCall = { callId: `${callId}-${++calls}`, name, arguments: JSON.stringify(args) };
      return runner.run(call, 'r1');
    };
    return { ask, asked, runner };
  };
  return { pool, toolbox, aCall, lines, folder };
}

export const BLOCK = `run: () => { const until = Date.now() + 5_000; while (Date.now() < until); return 'awake'; }`;
export const FOR_EVER = 'run: () => { for (;;); }';
