import { z } from 'zod';
import { defineTool, Refusal } from '../define-tool.ts';

/** Only to the number that is calling: the model cannot be talked into texting anybody else. */
export const sendText = defineTool({
  name: 'send_text',
  description:
    'Send the caller a text message, for what is hard to remember: an address, a time, a number. Ask first whether they want it.',
  parameters: z.object({
    text: z.string().trim().min(1).max(480).describe('The message, in the language spoken'),
  }),
  writes: true,
  async run({ text }, { call }) {
    const answer = await call.sendText(text);
    if (!answer.ok) throw new Refusal(`The message could not be sent: ${answer.because}`);
    return { sent: true };
  },
});
