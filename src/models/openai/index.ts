import type { Clock } from '../../ports/clock.ts';
import type { SpeechModel } from '../../ports/session.ts';
import type { OpenAIAccess } from './access.ts';
import { OpenAISession } from './session.ts';
import type { OpenAIDefaults } from './session-setup.ts';

export type { OpenAIAccess, OpenAIKey } from './access.ts';
export { authorization, hintFor, realtimeAddress } from './access.ts';
export type { OpenAIDefaults } from './session-setup.ts';

/** The OpenAI Realtime API, or a server that speaks it, as a model one can call. */
export function openAIRealtime(access: OpenAIAccess, defaults: OpenAIDefaults, clock: Clock): SpeechModel {
  return { open: (setup, tell) => new OpenAISession(access, defaults, setup, clock, tell) };
}
