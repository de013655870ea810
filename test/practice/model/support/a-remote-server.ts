import { createServer, type IncomingHttpHeaders } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

/** A real MCP server on this machine: one tool finds an order, another fails. */
export async function aRemoteServer(): Promise<{ url: string; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const web = createServer(async (request, response) => {
    seen.push(request.headers);
    const server = new McpServer({ name: 'crm', version: '1' });
    server.registerTool(
      'find_order',
      {
        description: 'Finds an order.',
        inputSchema: { number: z.string() },
        annotations: { readOnlyHint: true },
      },
      ({ number }) => ({ content: [{ type: 'text', text: `Order ${number} was shipped.` }] }),
    );
    server.registerTool('cancel_order', { description: 'Cancels.' }, () => ({
      content: [{ type: 'text', text: 'Too late.' }],
      isError: true,
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
  return { url: `http://127.0.0.1:${port}/mcp`, seen };
}
