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
