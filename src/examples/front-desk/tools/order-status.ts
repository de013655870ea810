import { defineTool, z } from 'ringdown';
import { NO_DIGITS, NO_MORE_TRIES, spokenDay } from '../clinic/answers.ts';
import { withClinic } from '../clinic/clinic.ts';
import { mayTry, noteTry } from '../clinic/identity.ts';
import { findOrder, type Order } from '../clinic/orders.ts';

/**
 * An order number is on the receipt and nowhere else: whoever has it may hear where the order is, but neither what
 * it is nor whose.
 */
export default defineTool({
  name: 'order_status',
  description: `Find out where an order is. Use it when the caller gives an order number.
If the caller would rather key it in, say "key it in, then press the hash key" first, and call this without a number.`,
  parameters: z.object({
    orderNumber: z
      .string()
      .optional()
      .describe('The four digits on the receipt; left out, the caller keys them in'),
  }),
  deadlineMs: 30_000,
  filler: null,
  async run({ orderNumber }, context) {
    const given = orderNumber ?? (await context.call.collectDigits({ most: 4 }));
    if (given === null) return { say: NO_DIGITS };
    const number = given.replaceAll(/\D/g, '');
    return withClinic(context, ({ db, call, today }) => {
      if (!mayTry(db, call)) return { say: NO_MORE_TRIES };
      const order = findOrder(db, number, today);
      noteTry(db, call, 'order_number', order === null ? [] : [order.customerId]);
      return order === null ? { say: `Order number ${number} was not found.` } : answer(order);
    });
  },
});

function answer({ number, state, readyOn }: Order) {
  const order = `Order number ${number}`;
  switch (state) {
    case 'ready':
      return { say: `${order} is ready to collect.`, state };
    case 'being_made':
      return {
        say: `${order} is being made. It will be ready on ${spokenDay(readyOn)}.`,
        state,
        readyOn: readyOn.toString(),
      };
    case 'collected':
      return { say: `${order} has been collected.`, state };
    case 'cancelled':
      return { say: `${order} is cancelled.`, state };
  }
}
