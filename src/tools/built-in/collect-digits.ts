import { z } from 'zod';
import { defineTool } from '../define-tool.ts';

/** Numbers come through keys without a mistake, where speech makes one in ten. */
export const collectDigits = defineTool({
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
