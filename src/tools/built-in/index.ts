import type { Clock } from '../../ports/clock.ts';
import type { Tool } from '../define-tool.ts';
import { collectDigits } from './collect-digits.ts';
import { hangUp } from './hang-up.ts';
import type { BuiltIn } from './names.ts';
import { openingHoursTool } from './opening-hours.ts';
import type { OpeningHours } from './opening-times.ts';
import { recordingConsent } from './recording-consent.ts';
import { sendText } from './send-text.ts';
import { takeMessage } from './take-message.ts';
import { transferTool } from './transfer.ts';

/** What the built-in tools need to know of their agent. */
export interface BuiltInOptions {
  readonly can: readonly BuiltIn[];
  readonly transferTargets: Readonly<Record<string, { readonly when?: string }>>;
  readonly openingHours?: OpeningHours;
  /** `ask`: callers are asked first, and somebody has to note what they say. */
  readonly recording?: string;
}

/** The built-in tools of an agent. They are our own and quick, so they run where the calls do. */
export function builtInTools(options: BuiltInOptions, clock: Clock): readonly Tool[] {
  const { can, transferTargets, openingHours, recording } = options;
  const all: Readonly<Record<BuiltIn, () => Tool | null>> = {
    hang_up: () => hangUp,
    transfer: () => transferTool(transferTargets),
    collect_digits: () => collectDigits,
    send_text: () => sendText,
    take_message: () => takeMessage,
    opening_hours: () => (openingHours ? openingHoursTool(openingHours, () => clock.wallMs()) : null),
  };
  const chosen = [...new Set(can)].flatMap((name) => all[name]() ?? []);
  return recording === 'ask' ? [...chosen, recordingConsent] : chosen;
}
