import { z } from 'zod';
import { defineTool } from '../define-tool.ts';

/** Goes on the record of the call, where whoever reviews it finds it. */
export const takeMessage = defineTool({
  name: 'take_message',
  description:
    'Write down a message for the people here. Use it when a colleague has to call back. Ask for the name, the matter, and the number if it is not the one they call from.',
  parameters: z.object({
    name: z.string().trim().min(1).max(100).describe('Who it is from'),
    matter: z.string().trim().min(1).max(1000).describe('What it is about, in one or two sentences'),
    callBackNumber: z
      .string()
      .trim()
      .max(40)
      .optional()
      .describe('Only if it differs from the one they call from'),
    isUrgent: z.boolean().default(false),
  }),
  writes: true,
  filler: null,
  async run({ name, matter, callBackNumber, isUrgent }, { call, caller }) {
    const urgency = isUrgent ? 'Urgent message' : 'Message';
    await call.note(`${urgency} from ${name}, ${callBackNumber ?? caller.number}: ${matter}`);
    return { written: true };
  },
});
