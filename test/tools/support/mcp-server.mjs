// An MCP server for tests, made with the official SDK, spoken to over standard input and output.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'stock', version: '1' });
const text = (value) => ({ content: [{ type: 'text', text: value }] });

server.registerTool(
  'count',
  {
    description: 'How many of an article there are.',
    inputSchema: { article: z.string(), shelf: z.number().optional() },
  },
  ({ article, shelf }) => text(`${article}: 7 on shelf ${shelf ?? 'any'}`),
);
server.registerTool('table', { description: 'A table.', outputSchema: { rows: z.number() } }, () => ({
  ...text('3'),
  structuredContent: { rows: 3 },
}));
server.registerTool('environment', { description: 'What it sees.' }, () =>
  text(Object.keys(process.env).sort().join()),
);
server.registerTool('fail', { description: 'Fails.' }, () => {
  throw new Error('SELECT canary');
});
server.registerTool('pid', { description: 'Its process.' }, () => text(String(process.pid)));
server.registerTool('die', { description: 'Ends the server.' }, () => process.exit(1));
server.registerTool('hang', { description: 'Never answers.' }, () => new Promise(() => {}));

setInterval(() => {}, 1_000); // stays when its input has ended, as some servers do
await server.connect(new StdioServerTransport());
