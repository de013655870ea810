import type { CallEvent } from '../ports/facts.ts';
import type { ToolUse } from '../ports/reading.ts';
import type { ToolResult } from '../ports/tools.ts';

export function toolUses(events: readonly CallEvent[]): readonly ToolUse[] {
  const uses = new Map<string, ToolUse>();
  for (const event of events) {
    if (event.type === 'tool_called') {
      const { toolCallId, name, atMs } = event;
      uses.set(toolCallId, { toolCallId, name, atMs, arguments: event.arguments, returned: null });
    }
    if (event.type !== 'tool_returned') continue;
    const { toolCallId, name, atMs, tookMs, result, output } = event;
    const called = uses.get(toolCallId) ?? { toolCallId, name, atMs: atMs - tookMs, arguments: '' };
    uses.set(toolCallId, { ...called, returned: { atMs, tookMs, result, output } });
  }
  return [...uses.values()];
}

/** Whether it was the tool that failed, rather than the call that was over. */
export function isToolFailure(result: ToolResult): boolean {
  return result !== 'ok' && result !== 'call_ended';
}
