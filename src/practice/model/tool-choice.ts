import type { RealtimeToolChoiceConfig } from 'openai/resources/realtime/realtime';
import type { FunctionTool } from './brain.ts';
import { refusals } from './request-error.ts';

/** What an answer may call, and whether it has to. */
export interface ToolsToChoose {
  readonly tools: readonly FunctionTool[];
  readonly mustCall: boolean;
}

/** Of all tools on offer those that the choice leaves. A choice that leaves none, although it should, binds nobody. */
export function chosen(tools: readonly FunctionTool[], choice: RealtimeToolChoiceConfig): ToolsToChoose {
  if (choice === 'none') return { tools: [], mustCall: false };
  if (choice === 'auto') return { tools, mustCall: false };
  const left = choice === 'required' ? tools : tools.filter((tool) => isMeant(tool, choice));
  return left.length === 0 ? { tools, mustCall: false } : { tools: left, mustCall: true };
}

type AnyTool = { readonly type?: string; readonly name?: string; readonly server_label?: string };

/** A choice has to be among the tools that it is made from. */
export function checkToolChoice(
  choice: RealtimeToolChoiceConfig | undefined,
  tools: readonly AnyTool[],
  param: string,
): void {
  if (choice === undefined || typeof choice === 'string') return;
  const { type } = choice;
  const name = type === 'function' ? choice.name : choice.server_label;
  const isOffered = tools.some((tool) =>
    type === 'function' ? tool.type === type && tool.name === name : tool.server_label === name,
  );
  if (!isOffered) throw refusals.invalid(param, `Tool choice '${name}' not found in 'tools' parameter.`);
}

function isMeant(tool: FunctionTool, choice: Exclude<RealtimeToolChoiceConfig, string>): boolean {
  if (choice.type === 'function') return tool.serverLabel === undefined && tool.name === choice.name;
  const isAny = choice.name === undefined || choice.name === null;
  return tool.serverLabel === choice.server_label && (isAny || tool.name === choice.name);
}
