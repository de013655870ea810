import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { McpServer } from './description.ts';

/** A client of one MCP server. A server that has gone is started, or reached, again when it is next needed. */
export class McpConnection {
  readonly #server: McpServer;
  readonly #environment: Readonly<Record<string, string>>;
  #client: Promise<Client> | null = null;

  constructor(server: McpServer, environment: Readonly<Record<string, string>>) {
    this.#server = server;
    this.#environment = environment;
  }

  client(): Promise<Client> {
    this.#client ??= this.#connect().catch((error: unknown) => {
      this.#client = null;
      throw error;
    });
    return this.#client;
  }

  /** Ends the server, if it was started here: in good manners first, then without. */
  async close(): Promise<void> {
    const client = await this.#client?.catch(() => null);
    await client?.close();
  }

  async #connect(): Promise<Client> {
    const client = new Client({ name: 'ringdown', version: '1' });
    client.onclose = () => {
      this.#client = null;
    };
    await ('command' in this.#server
      ? client.connect(this.#started(this.#server))
      : client.connect(this.#reached(this.#server)));
    return client;
  }

  #started({
    command,
    args = [],
    environment = [],
  }: Extract<McpServer, { command: string }>): StdioClientTransport {
    const named = environment.map((name) => [name, this.#environment[name] ?? '']);
    const { PATH = '', HOME = '' } = this.#environment;
    const env = { PATH, HOME, ...Object.fromEntries(named) };
    return new StdioClientTransport({ command, args: [...args], env, stderr: 'ignore' });
  }

  #reached({ url, headers = {} }: Extract<McpServer, { url: string }>): StreamableHTTPClientTransport {
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value.replace(/\{(\w+)\}/g, (_whole, variable: string) => this.#environment[variable] ?? ''),
      ]),
    );
    return new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: sent, redirect: 'error' },
    });
  }
}
