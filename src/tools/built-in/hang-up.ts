import { defineTool, NOTHING } from '../define-tool.ts';

/** The call ends once the goodbye has been heard; a caller who cuts in keeps it. */
export const hangUp = defineTool({
  name: 'hang_up',
  description:
    'End the call. Say goodbye first, then use it. Only when the caller has said goodbye or wants to end the call.',
  parameters: NOTHING,
  filler: null,
  isSilent: true,
  async run(_args, { call }) {
    await call.hangUp();
  },
});
