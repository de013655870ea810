import { createServer } from 'node:http';
import { join } from 'node:path';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AgentDirectory } from '../../src/agents/directory.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { aFolder } from '../support/temp-folder.ts';
import { aControl, aLog } from './support/a-control.ts';

vi.setConfig({ testTimeout: 30_000 }); // threads and processes start; on a busy machine, slowly

const SERVER = join(import.meta.dirname, 'support/mcp-server.mjs');

async function anAgentWith(server: Readonly<Record<string, unknown>>) {
  const mcpServers = JSON.stringify([
    { name: 'stock', command: process.execPath, args: [SERVER], ...server },
  ]);
  const folder = aFolder({
    'shop/agent.ts': `
      import { defineAgent } from 'ringdown';
      export default defineAgent({ name: 'shop', instructions: 'Be brief.', can: [], mcpServers: ${mcpServers} });`,
  });
  const { log } = aLog();
  const directory = await AgentDirectory.open({
    folder: folder.path,
    environment: { STOCK_KEY: 'canary', OTHER: 'x', PATH: '/usr/bin' },
    houseSettings: { dataDir: '.' },
    clock: systemClock,
    log,
  });
  onTestFinished(() => directory.close());
  const loaded = directory.answering('*');
  const runner = loaded?.toolbox.open(aControl().control);
  let calls = 0;
  const ask = async (name: string, args: unknown = {}) => {
    calls += 1;
    runner?.turnBegan();
    return runner?.run({ callId: `c${calls}`, name, arguments: JSON.stringify(args) }, `r${calls}`);
  };
  return { loaded, ask, directory };
}

describe('the tools of an MCP server that is reached over HTTP', () => {
  it('are run there, with the headers it wants', async () => {
    const seen: (string | undefined)[] = [];
    const web = createServer(async (request, response) => {
      seen.push(request.headers.authorization);
      const server = new McpServer({ name: 'stock', version: '1' });
      server.registerTool('count', { description: 'Counts.' }, () => ({
        content: [{ type: 'text', text: '7' }],
      }));
      const transport = new StreamableHTTPServerTransport({});
      await server.connect(transport);
      await transport.handleRequest(request, response);
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      web.closeAllConnections();
      web.close();
    });
    const address = web.address();
    const port = typeof address === 'object' ? address?.port : 0;

    const { ask } = await anAgentWith({
      command: undefined,
      args: undefined,
      url: `http://127.0.0.1:${port}/mcp`,
      headers: { authorization: 'Bearer {STOCK_KEY}' },
    });

    expect(await ask('stock_count')).toMatchObject({ result: 'ok', output: '"7"' });
    expect(new Set(seen)).toEqual(new Set(['Bearer canary']));
  });
});

describe('the tools of an MCP server that is started here', () => {
  it('are offered under its name, with its own schema', async () => {
    const { loaded } = await anAgentWith({ tools: ['count'] });

    expect(loaded?.toolbox.offers).toEqual([
      {
        name: 'stock_count',
        description: 'How many of an article there are.',
        parameters: {
          type: 'object',
          properties: { article: { type: 'string' }, shelf: { type: 'number' } },
          required: ['article'],
          additionalProperties: false,
        },
      },
    ]);
  });

  it('are run there, after the arguments were checked here', async () => {
    const { ask } = await anAgentWith({});

    expect(await ask('stock_count', { article: 'frame' })).toMatchObject({
      result: 'ok',
      output: '"frame: 7 on shelf any"',
    });
    expect((await ask('stock_table'))?.output).toBe('{"rows":3}');
    expect(await ask('stock_count', { article: 7 })).toMatchObject({ result: 'bad_arguments' });
    expect(await ask('stock_count', { article: 'frame', colour: 'red' })).toMatchObject({
      result: 'bad_arguments',
    });
  });

  it('see only the variables that were named for them', async () => {
    const { ask } = await anAgentWith({ environment: ['STOCK_KEY'] });

    const seen = (await ask('stock_environment'))?.output ?? '';

    expect(seen).toContain('STOCK_KEY');
    expect(seen).not.toContain('OTHER');
  });

  it('fail neutrally, and are there again after their server has died', async () => {
    const { ask } = await anAgentWith({});

    const failed = await ask('stock_fail');
    expect(failed?.result).toBe('failed');
    expect(failed?.output).not.toContain('canary');
    expect((await ask('stock_die'))?.result).toBe('failed');
    expect((await ask('stock_count', { article: 'frame' }))?.result).toBe('ok');
  });

  it('are given up at their time limit', async () => {
    const { ask } = await anAgentWith({ deadlineMs: 200 });

    const outcome = await ask('stock_hang');

    expect(['timed_out', 'failed']).toContain(outcome?.result);
    expect((await ask('stock_count', { article: 'frame' }))?.result).toBe('ok');
  });

  it('end with the house, also when their server would stay', async () => {
    const { ask, directory } = await anAgentWith({});
    const pid = Number(JSON.parse((await ask('stock_pid'))?.output ?? ''));
    const isAlive = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isAlive()).toBe(true);

    directory.close();

    await expect.poll(isAlive, { timeout: 10_000 }).toBe(false);
  });

  it('stop the start when the server cannot be used, with its name', async () => {
    await expect(anAgentWith({ args: ['-e', ''] })).rejects.toThrow(
      /agent shop: agent\.ts: mcpServers: stock cannot be used/,
    );
    await expect(anAgentWith({ tools: ['cuont'] })).rejects.toThrow('it has no tool called cuont');
  });
});
