/** What can go wrong that we foresaw. Everything else is a bug. */
export type ErrorCode = 'BAD_CONFIGURATION' | 'BAD_AGENT' | 'CARRIER_REFUSED' | 'CARRIER_UNREACHABLE';

/** A foreseen failure: says what was wanted, what came, and what to do; never a secret, never a caller's words. */
export class RingdownError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RingdownError';
    this.code = code;
  }
}

/** Ends a `switch` over a closed union: a new member stops compiling there. */
export function unreachable(value: never): never {
  throw new TypeError(`This case was thought to be impossible: ${JSON.stringify(value)}`);
}
