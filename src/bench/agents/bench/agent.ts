import { defineAgent } from 'ringdown';

/** Answers on the bench. It keeps no sound, as the relay it is compared with keeps none. */
export default defineAgent({
  name: 'bench',
  instructions: 'Say nothing of your own.',
  greeting: { kind: 'none' },
  can: [],
  silence: 'off',
  recording: 'off',
});
