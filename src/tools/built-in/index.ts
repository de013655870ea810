import { z } from 'zod';
import type { Clock } from '../../ports/clock.ts';
import { defineTool, NOTHING, Refusal, type Tool } from '../define-tool.ts';
import { addDays, type OpeningHours, opennessAt, timesOn, wallTime } from './opening-times.ts';

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

/** What can be done on every call without writing a tool for it. */
export const BUILT_INS = [
  'hang_up',
  'transfer',
  'collect_digits',
  'send_text',
  'take_message',
  'opening_hours',
] as const;

export type BuiltIn = (typeof BUILT_INS)[number];

/** The call ends once the goodbye has been heard; a caller who cuts in keeps it. */
const hangUp = defineTool({
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

/** Connects the caller with somebody the owner has named. Which number that is, the model never learns. */
function transferTool(targets: Readonly<Record<string, { readonly when?: string }>>): Tool | null {
  const names = Object.keys(targets);
  if (names.length === 0) return null;
  const whom = names.map((name) => {
    const when = targets[name]?.when;
    return when ? `${name}: ${when}` : name;
  });
  return defineTool({
    name: 'transfer',
    description:
      'Connect the caller with a person. Use it when the caller asks for one, or you cannot help. Tell the caller first that you will connect them.',
    parameters: z.object({ target: z.enum(names).describe(`Who to connect with. ${whom.join('; ')}`) }),
    filler: null,
    isSilent: true,
    async run({ target }, { call }) {
      const answer = await call.transfer(target);
      if (!answer.ok) throw new Refusal(`The caller could not be connected: ${answer.because}`);
      return { connecting: target };
    },
  });
}

/** Numbers come through keys without a mistake, where speech makes one in ten. */
const collectDigits = defineTool({
  name: 'collect_digits',
  description:
    'Have the caller type a number on the keys of the phone, such as an order or customer number. Ask them for it first, and to end it with the hash key.',
  parameters: z.object({
    most: z.number().int().min(1).max(32).default(16).describe('How many digits it has at most'),
    isSecret: z
      .boolean()
      .default(false)
      .describe('True for a PIN or a card number: it is then kept off the record'),
  }),
  filler: null,
  secret: ['typed'],
  async run({ most, isSecret }, { call }) {
    const digits = await call.collectDigits({ most, isSecret });
    return digits === null ? { problem: 'The caller typed nothing.' } : { typed: digits };
  },
});

/** Only to the number that is calling: the model cannot be talked into texting anybody else. */
const sendText = defineTool({
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

/** Goes on the record of the call, where whoever reviews it finds it. */
const takeMessage = defineTool({
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

/** Reckoned, not guessed: models are bad at calendars. */
function openingHoursTool(hours: OpeningHours, wallMs: () => number): Tool {
  return defineTool({
    name: 'opening_hours',
    description:
      'Look up whether we are open now, until when, and the hours of the next days or of one date.',
    parameters: z.object({
      date: z.iso
        .date()
        .optional()
        .describe('A date such as 2026-12-24; leave it out for now and the next week'),
    }),
    filler: null,
    run({ date }) {
      const now = wallTime(wallMs(), hours.timeZone);
      const dates = date ? [date] : Array.from({ length: 7 }, (_, index) => addDays(now.date, index));
      const days = dates.map((day) => ({
        date: day,
        weekday: wallTime(Date.parse(`${day}T12:00:00Z`), 'UTC').weekday,
        hours: timesOn(day, hours).join(' and ') || 'closed',
      }));
      const today = { date: now.date, weekday: now.weekday };
      return date ? { today, days } : { today, now: opennessAt(now, hours), days };
    },
  });
}

/** Not a sound is kept before this says yes; after a no, none of this call will be. */
const recordingConsent = defineTool({
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
