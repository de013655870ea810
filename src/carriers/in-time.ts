import type { Clock } from '../ports/clock.ts';

/** Whom a carrier asks, and for how long it may wait. */
export interface Asking {
  readonly clock: Clock;
  /** Told why there was no answer, in words that are safe to log. */
  readonly trouble: (what: string) => void;
}

/**
 * What the house answers; `otherwise`, where it does not do so in time, or fails over it: somebody is waiting on the phone.
 * `late` is told of an answer that comes after that.
 */
export async function inTime<Answer>(
  { clock, trouble }: Asking,
  ask: () => Promise<Answer>,
  otherwise: Answer,
  late: (answer: Answer) => void = () => {},
): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  let isAnswered = false;
  const settle = (answer: Answer) => {
    if (isAnswered) return late(answer);
    isAnswered = true;
    resolve(answer);
  };
  const giveUp = (what: string) => {
    if (!isAnswered) trouble(what);
    isAnswered = true;
    resolve(otherwise);
  };
  const cancel = clock.after(ANSWER_MS, () => giveUp('The call was given no answer in time.'));
  // Asked from within a promise: one that throws is one that rejects.
  Promise.try(ask).then(settle, (error: unknown) => giveUp(`The call was given no answer: ${String(error)}`));
  return await promise.finally(cancel);
}

/** The caller hears it ring, or nothing. Twilio itself waits for fifteen seconds. */
const ANSWER_MS = 5_000;
