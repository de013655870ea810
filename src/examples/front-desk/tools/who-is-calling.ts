import { defineTool, z } from 'ringdown';
import { NO_DIGITS, NO_MORE_TRIES } from '../clinic/answers.ts';
import { withClinic } from '../clinic/clinic.ts';
import { isKnownNumber, mayTry, proveBirth, provenCustomer } from '../clinic/identity.ts';

/** A date of birth is nobody's business but the caller's: it may be keyed in, and is kept out of every record. */
export default defineTool({
  name: 'who_is_calling',
  description: `Find out whether the caller is a customer, and make sure of it.
Call it without anything to see whether the number is known. That alone proves nothing: before you speak of
somebody's appointments, ask for the date of birth and call it again. The caller may say it, or key it in: then say
"day, month and year, eight digits, then the hash key" first, and call this with willKeyIn.`,
  parameters: z.object({
    dateOfBirth: z.string().optional().describe('As 1980-05-31, if the caller has said it'),
    willKeyIn: z.literal(true).optional().describe('The caller is about to key in the date of birth'),
  }),
  secret: ['dateOfBirth'],
  deadlineMs: 30_000,
  filler: null,
  async run({ dateOfBirth, willKeyIn }, context) {
    const known = withClinic(context, ({ db, call }) => provenCustomer(db, call));
    if (known !== null) return found(known.givenName);
    const given =
      dateOfBirth ?? (willKeyIn ? await context.call.collectDigits({ most: 8, isSecret: true }) : undefined);
    if (given === null) return { say: NO_DIGITS, isCertain: false };
    return withClinic(context, ({ db, call }) => {
      if (given === undefined) {
        return isKnownNumber(db, call.number)
          ? { say: 'May I have your date of birth, please?', isKnownNumber: true, isCertain: false }
          : { say: 'I do not know this number yet.', isKnownNumber: false, isCertain: false };
      }
      if (!mayTry(db, call)) return { say: NO_MORE_TRIES, isCertain: false };
      const bornOn = readBirth(given);
      const fits = bornOn !== null && proveBirth(db, call, bornOn);
      const customer = provenCustomer(db, call);
      if (customer !== null) return found(customer.givenName);
      return { say: fits ? 'And your order number, please?' : 'I have not found you.', isCertain: false };
    });
  },
});

function found(givenName: string) {
  return { say: 'Thank you, I have found you.', isCertain: true, givenName };
}

/** `1980-05-31`, or the eight keys `31051980`. */
function readBirth(text: string): Temporal.PlainDate | null {
  const [, day, month, year] = /^(\d\d)(\d\d)(\d{4})$/.exec(text) ?? [];
  try {
    return Temporal.PlainDate.from(year === undefined ? text : `${year}-${month}-${day}`);
  } catch {
    return null;
  }
}
