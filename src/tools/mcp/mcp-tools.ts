import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { z } from 'zod';
import { checkArguments, isRecord } from '../arguments.ts';
import { TOOL_DEFAULTS } from '../define-tool.ts';
import { type Ready, replyTo, type ToolReply } from '../invoke.ts';
import { toOutput } from '../output.ts';
import type { ToolContext } from '../tool-context.ts';
import type { JsonSchema, ToolSpec } from '../tool-spec.ts';
import { badArguments } from '../words.ts';
import type { McpConnection } from './connection.ts';
import type { McpServer } from './description.ts';

/** The tools of one MCP server, under its name, to be run like any others. */
export async function mcpTools(server: McpServer, connection: McpConnection): Promise<readonly Ready[]> {
  const client = await connection.client();
  const offered: Offered[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools(cursor === undefined ? {} : { cursor }, { timeout: LIST_MS });
    offered.push(...page.tools);
    cursor = page.nextCursor;
  } while (cursor !== undefined && offered.length < MOST_TOOLS);

  const missing = [...(server.tools ?? []), ...(server.writes ?? [])].filter(
    (name) => !offered.some((tool) => tool.name === name),
  );
  if (missing.length > 0) {
    throw new Error(
      `it has no tool called ${missing.join(', ')}; those it has: ${offered.map(({ name }) => name).join(', ')}`,
    );
  }
  return offered
    .filter(({ name }) => server.tools?.includes(name) ?? true)
    .map(({ name, description = name, inputSchema }) => {
      const card: ToolSpec = {
        name: `${server.name}_${name}`.replace(/[^\w-]/g, '_').slice(0, MOST_NAME_CHARS),
        description,
        parameters: closed(inputSchema),
        deadlineMs: server.deadlineMs ?? TOOL_DEFAULTS.deadlineMs,
        filler: TOOL_DEFAULTS.filler,
        writes: server.writes?.includes(name) ?? false,
        secret: [],
        isSilent: false,
      };
      return { card, invoke: (text, context) => invoke(connection, name, card, text, context) };
    });
}

/** The tool of a server says that it failed; what it says is for its author. */
class McpToolError extends Error {}

async function invoke(
  connection: McpConnection,
  name: string,
  card: ToolSpec,
  argumentsText: string,
  { signal }: ToolContext,
): Promise<ToolReply> {
  try {
    const checked = await checkArguments(argumentsText, parametersOf(card.parameters), card.parameters);
    if (!checked.ok) return { result: 'bad_arguments', output: badArguments(checked.problem) };
    const client = await connection.client();
    const timeout = card.writes ? WRITE_MS : card.deadlineMs;
    const result = await client.callTool({ name, arguments: { ...checked.args } }, undefined, {
      signal,
      timeout,
    });
    const said = wordsOf(result);
    if (result.isError === true) throw new McpToolError(toOutput(said));
    return { result: 'ok', output: toOutput(said) };
  } catch (error) {
    return replyTo(error, card);
  }
}

/** What a server answers in words; its pictures and sounds are no use on the phone. */
function wordsOf(result: Readonly<Record<string, unknown>>): unknown {
  if (isRecord(result['structuredContent'])) return result['structuredContent'];
  const { content } = result;
  if (!Array.isArray(content)) return null;
  const texts = content.flatMap((part: unknown) =>
    isRecord(part) && part['type'] === 'text' && typeof part['text'] === 'string' ? part['text'] : [],
  );
  return texts.length === 1 ? texts[0] : texts;
}

/** A server's schema as one of zod; one that zod cannot read is left to the server to check. */
function parametersOf(schema: JsonSchema): z.ZodType {
  try {
    return z.fromJSONSchema(schema);
  } catch {
    return z.record(z.string(), z.unknown());
  }
}

/** Fields that a server does not know are refused here as for every other tool, unless it takes any. */
function closed({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return { additionalProperties: false, ...schema };
}

type Offered = Awaited<ReturnType<Client['listTools']>>['tools'][number];

const LIST_MS = 10_000;
const WRITE_MS = 60_000;
const MOST_TOOLS = 128;
const MOST_NAME_CHARS = 64;
