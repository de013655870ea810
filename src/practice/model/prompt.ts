import type { RealtimeToolChoiceConfig } from 'openai/resources/realtime/realtime';
import type { FunctionTool, Prompt, PromptItem } from './brain.ts';
import type { ResponseRequest } from './client-events.ts';
import { type Conversation, createdEntry, type Entry } from './conversation.ts';
import type { RemoteTools } from './remote-tools.ts';
import { refusals } from './request-error.ts';
import type { SessionConfig } from './session-config.ts';
import type { SessionContext } from './session-context.ts';

/** What an answer is made from, and the entries that are read for it. */
export interface Reading {
  readonly prompt: Prompt;
  readonly entries: readonly Entry[];
}

export function readPrompt(
  request: ResponseRequest | null,
  config: SessionConfig,
  conversation: Conversation,
  { ears, remote }: Pick<SessionContext, 'ears' | 'remote'>,
): Reading {
  const entries =
    request?.input === undefined
      ? [...conversation.entries]
      : ownInput(request.input, config, conversation, ears);
  const modalities = request?.output_modalities ?? config.output_modalities;
  return {
    entries,
    prompt: {
      config,
      request,
      isOutOfBand: request?.conversation === 'none',
      modality: modalities[0] ?? 'audio',
      instructions: request?.instructions ?? config.instructions,
      ...chosen(
        functions(request?.tools ?? config.tools, remote),
        request?.tool_choice ?? config.tool_choice,
      ),
      items: entries.flatMap(promptItem),
    },
  };
}

type OwnInput = NonNullable<ResponseRequest['input']>;

function ownInput(
  input: OwnInput,
  config: SessionConfig,
  conversation: Conversation,
  ears: SessionContext['ears'],
): Entry[] {
  return input.map((item, index) => {
    if (item.type === 'item_reference') {
      const entry = conversation.find(item.id);
      if (entry !== undefined) return entry;
      const param = `response.input[${index}].id`;
      throw refusals.invalid(param, `The item '${item.id}' does not exist in the conversation.`);
    }
    // A call's output may stand alone here: its call need not be in the conversation.
    if (item.type === 'function_call_output') return outputAlone(item, index);
    const id = item.id ?? `input_${index}`;
    return createdEntry({ item }, id, { conversation, ears, format: config.audio.input.format });
  });
}

function outputAlone(
  item: Extract<OwnInput[number], { type: 'function_call_output' }>,
  index: number,
): Entry {
  const id = item.id ?? `input_${index}`;
  return { id, item: { ...item, id }, heard: null, audioMs: 0, audio: null, isTruncated: false };
}

type AnyTool = NonNullable<ResponseRequest['tools']>[number];

function functions(tools: readonly AnyTool[], remote: RemoteTools): FunctionTool[] {
  return tools.flatMap((tool) => {
    if (tool.type === 'mcp') return remote.functions(tool);
    const { name, description = '', parameters = {} } = tool;
    return name === undefined ? [] : [{ name, description, parameters }];
  });
}

function promptItem({ id, item, heard, audio }: Entry): PromptItem[] {
  switch (item.type) {
    case 'function_call':
      return [{ type: 'call', callId: item.call_id ?? '', name: item.name, arguments: item.arguments }];
    case 'function_call_output':
      return [{ type: 'call_output', callId: item.call_id, output: item.output }];
    case 'mcp_call': {
      const { name, arguments: args, output, error } = item;
      const told = output ?? JSON.stringify({ error: error?.message ?? 'It has not been called yet.' });
      return [
        { type: 'call', callId: id, name, arguments: args },
        { type: 'call_output', callId: id, output: told },
      ];
    }
    case 'message':
      break;
    default:
      return [];
  }
  if (item.role === 'system') return [{ type: 'system', id, text: joined(item.content) }];
  if (item.role === 'assistant') return [{ type: 'assistant', id, text: joined(item.content) }];
  const isSpoken = item.content.some((part) => part.type === 'input_audio');
  const manner = !isSpoken ? 'written' : audio === null ? 'silent' : 'spoken';
  return [{ type: 'user', id, text: heard?.text ?? joined(item.content), heard, manner }];
}

function joined(
  parts: ReadonlyArray<{ readonly text?: string; readonly transcript?: string | null }>,
): string {
  return parts.map((part) => part.text ?? part.transcript ?? '').join(' ');
}

/** What an answer may call, and whether it has to. */
interface ToolsToChoose {
  readonly tools: readonly FunctionTool[];
  readonly mustCall: boolean;
}

/** Of all tools on offer those that the choice leaves. A choice that leaves none, although it should, binds nobody. */
function chosen(tools: readonly FunctionTool[], choice: RealtimeToolChoiceConfig): ToolsToChoose {
  if (choice === 'none') return { tools: [], mustCall: false };
  if (choice === 'auto') return { tools, mustCall: false };
  const left = choice === 'required' ? tools : tools.filter((tool) => isMeant(tool, choice));
  return left.length === 0 ? { tools, mustCall: false } : { tools: left, mustCall: true };
}

function isMeant(tool: FunctionTool, choice: Exclude<RealtimeToolChoiceConfig, string>): boolean {
  if (choice.type === 'function') return tool.serverLabel === undefined && tool.name === choice.name;
  const isAny = choice.name === undefined || choice.name === null;
  return tool.serverLabel === choice.server_label && (isAny || tool.name === choice.name);
}
