import { z } from 'zod';
import { defineTool } from '../define-tool.ts';

/** Not a sound is kept before this says yes; after a no, none of this call will be. */
export const recordingConsent = defineTool({
  name: 'recording_consent',
  description:
    'Note whether the caller agrees to the recording of this call. Use it as soon as they have answered your question about it, and whenever they change their mind.',
  parameters: z.object({ agreed: z.boolean().describe('True only if they clearly said yes') }),
  filler: null,
  async run({ agreed }, { call }) {
    await (agreed ? call.resumeRecording() : call.pauseRecording());
    return { noted: agreed ? 'The call is recorded from now on.' : 'Nothing is recorded.' };
  },
});
