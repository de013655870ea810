import { defineTool, Refusal, z } from 'ringdown';
import { CALL_BACK } from '../clinic/answers.ts';
import { isOpenAt } from '../clinic/calendar.ts';
import { withClinic } from '../clinic/clinic.ts';

/** The name of a transfer target in `agent.ts`: numbers are the owner's to give, never the model's or the caller's. */
const COLLEAGUE = 'colleague';

export default defineTool({
  name: 'a_person_please',
  description: `Put the caller through to a colleague in the shop. Use it when the caller asks for a person, or when you
cannot help. Say that you are putting them through before you call it.`,
  parameters: z.object({
    about: z.string().max(300).optional().describe('What it is about, in one sentence, for the colleague'),
  }),
  writes: true,
  filler: null,
  isSilent: true, // the agent has said where it puts the caller
  async run({ about }, context) {
    await context.call.note(about === undefined ? 'The caller asks for a person.' : `For a person: ${about}`);
    const isOpen = withClinic(context, ({ now }) => isOpenAt(now));
    if (!isOpen) throw new Refusal(CALL_BACK);
    const answer = await context.call.transfer(COLLEAGUE);
    if (answer.ok) return { isConnecting: true };
    context.log.warn(`nobody was reached: ${answer.because}`);
    throw new Refusal(CALL_BACK);
  },
});
