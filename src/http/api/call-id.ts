import { z } from 'zod';

/** A call's id, as carriers give them: letters and digits, so that it can stand in an address and nowhere else. */
export const callId = z.string().regex(/^[\w-]{1,64}$/, 'the id of a call was expected');

export const ofCall = z.strictObject({ callId });
