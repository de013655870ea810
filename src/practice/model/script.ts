/** Sentences of the agent for what is no utterance, by the name of their recording, or as words. */
export const NOTICES = {
  greeting: 'greeting',
  silence: 'are_you_there',
  notUnderstood: 'practice_notice',
  nothingNew: 'resume',
  /** A function did what it was asked, and brought no words of its own. */
  done: 'anything_else',
  failed: 'I could not do that.',
} as const;

/** Which recorded sentence answers which utterance. What needs a tool and finds none cannot be done. */
const CLIP_FOR_UTTERANCE: Readonly<Record<string, string>> = {
  hello: 'of_course',
  yes: 'of_course',
  no: 'anything_else',
  wait: 'of_course',
  opening_hours: 'opening_hours',
  parking: 'parking',
  person: 'person',
  goodbye: 'goodbye',
  mhm: 'resume',
  cough: 'resume',
};

export function clipForUtterance(name: string): string {
  return CLIP_FOR_UTTERANCE[name] ?? NOTICES.failed;
}

interface Errand {
  /** The names a business may have given to such a tool. */
  readonly tools: readonly string[];
  /** What is said before the call. */
  readonly preamble?: string;
}

/** Utterances that ask for something to be done, when a tool for it is offered. */
export const TOOL_FOR_UTTERANCE: Readonly<Record<string, Errand | undefined>> = {
  order_status: { tools: ['order_status', 'find_order'] },
  free_appointments: { tools: ['free_appointments', 'find_appointments'] },
  book_first: { tools: ['book_appointment'] },
  cancel_appointment: { tools: ['cancel_appointment'] },
  move_appointment: { tools: ['move_appointment'] },
  goodbye: { tools: ['hang_up', 'end_call'], preamble: 'goodbye' },
  person: { tools: ['transfer', 'transfer_call'], preamble: 'person' },
};
