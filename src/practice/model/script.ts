/** Sentences of the agent for what is no utterance, by the name of their recording, or as words. */
export const NOTICES = {
  greeting: 'greeting',
  silence: 'are_you_there',
  notUnderstood: 'practice_notice',
  nothingNew: 'resume',
  /** The caller waits for a result. */
  filler: 'one_moment',
  endingSoon: 'ending_soon',
  goodbye: 'goodbye',
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
  keys: NOTICES.notUnderstood,
};

export function clipForUtterance(name: string): string {
  return CLIP_FOR_UTTERANCE[name] ?? NOTICES.failed;
}

/** Keys that were pressed and reach the model as words; no recording has this name. */
export const KEYS = 'keys';

export interface Errand {
  /** The names a business may have given to such a tool, the likeliest first. */
  readonly tools: readonly string[];
  /** What is said before the call. */
  readonly preamble?: string;
  /** What was found before is what is meant: "the first one". Else only what a tool cannot do without is taken from there. */
  readonly pointsBack?: true;
  /** What is meant instead when the last thing that was done is one of these: "the first one" to move to. */
  readonly after?: { readonly tools: readonly string[]; readonly instead: readonly string[] };
}

/** Utterances that ask for something to be done, when a tool for it is offered. */
export const ERRANDS: Readonly<Record<string, Errand | undefined>> = {
  order_status: { tools: ['order_status', 'find_order'] },
  order_by_keys: { tools: ['order_status', 'find_order'], preamble: 'key_in_order' },
  [KEYS]: { tools: ['order_status', 'find_order'] },
  my_details: { tools: ['who_is_calling'], preamble: 'key_in_birth' },
  opening_hours: { tools: ['opening_hours'] },
  free_appointments: { tools: ['free_appointments', 'find_appointments'] },
  book_first: {
    tools: ['book_appointment'],
    pointsBack: true,
    after: { tools: ['my_appointment'], instead: ['move_appointment'] },
  },
  cancel_appointment: { tools: ['cancel_appointment'] },
  move_appointment: { tools: ['my_appointment', 'move_appointment'] },
  goodbye: { tools: ['hang_up', 'end_call'], preamble: 'goodbye' },
  person: { tools: ['a_person_please', 'transfer', 'transfer_call'], preamble: 'person' },
};
