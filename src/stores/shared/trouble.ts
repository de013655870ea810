/**
 * Why something could not be kept.
 *
 * - `store_locked`, `store_full`, `store_unwritable`, `store_unreachable`, `store_failed`: not now, perhaps later.
 * - `store_corrupt`: the embedded file is damaged; it is set aside.
 * - `store_newer`: a later version of this program has changed the store; this one must not touch it.
 * - `store_closed`: by whoever opened it; nothing is done any more.
 * - `bad_data`: this batch will never be taken.
 */
export type TroubleReason = (typeof TROUBLE_REASONS)[number];

export const TROUBLE_REASONS = [
  'store_locked',
  'store_full',
  'store_unwritable',
  'store_unreachable',
  'store_failed',
  'store_corrupt',
  'store_newer',
  'store_closed',
  'bad_data',
] as const;

/** A foreseen failure of a store. Its message names codes and places, never what was said. */
export class StoreTrouble extends Error {
  readonly reason: TroubleReason;

  constructor(reason: TroubleReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreTrouble';
    this.reason = reason;
  }
}

export function closedTrouble(): StoreTrouble {
  return new StoreTrouble('store_closed', 'The call log is closed.');
}

/** Two different events of one number: one of them would go without a word. */
export function numbersTakenTwice(): StoreTrouble {
  return new StoreTrouble('bad_data', 'Another event of the call has this number.');
}

/** A mistake of ours in the middle of a batch: it must cost what it stumbles over, and not hold up the rest for ever. */
export function isMistake(error: unknown): boolean {
  return error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError;
}
