import type { ConversationItem } from 'openai/resources/realtime/realtime';
import { unreachable } from '../../errors.ts';
import type { ContextItem } from '../../ports/session.ts';

/** Something that was not spoken, as an item of the conversation. */
export function contextItem(item: ContextItem): ConversationItem {
  switch (item.type) {
    case 'text':
      if (item.from === 'agent') {
        const content = [{ type: 'output_text' as const, text: item.text }];
        return { type: 'message', role: 'assistant', content };
      }
      return {
        type: 'message',
        role: item.from === 'caller' ? 'user' : 'system',
        content: [{ type: 'input_text', text: item.text }],
      };
    case 'image':
      return { type: 'message', role: 'user', content: [{ type: 'input_image', image_url: item.dataUrl }] };
    case 'tool_output':
      return { type: 'function_call_output', call_id: item.toolCallId, output: item.output };
    default:
      return unreachable(item);
  }
}
