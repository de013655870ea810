import type { PartId } from '../../ports/session.ts';

/** How far one stretch of the agent's speech has come. */
export interface PartProgress {
  readonly id: PartId;
  /** How much of it the model has sent us. */
  readonly receivedMs: number;
  readonly heardMs: number;
  /** No more of it will come. */
  readonly isComplete: boolean;
}

/** What is to be done about the caller speaking. */
export interface BargeIn {
  /** Answers of which not one more sound may reach the phone. */
  readonly discard: readonly string[];
  /** The answer the model must be told to stop. */
  readonly cancel: string | null;
  /** What the model must be told about how much was heard, in the order it was spoken. */
  readonly truncate: readonly Truncation[];
  readonly heardMs: number;
  readonly unheardMs: number;
}

export interface Truncation {
  readonly part: PartId;
  readonly heardMs: number;
}

/**
 * The caller speaks: what the agent has to stop and to admit.
 *
 * Every stretch of speech that was not heard to its end is cut at what was heard
 * of *it*: queued ones at nothing, ones that were heard whole not at all. One of
 * which no sound has come yet cannot be cut; its answer is discarded instead.
 */
export function bargeIn(
  parts: readonly PartProgress[],
  runningId: string | null,
  modelYieldsByItself: boolean,
): BargeIn {
  const cut = parts.filter((part) => !part.isComplete || part.heardMs < part.receivedMs);
  const receivedMs = sum(cut.map((part) => part.receivedMs));
  const heardMs = sum(cut.map((part) => part.heardMs));
  const discard = new Set(cut.map((part) => part.id.responseId));
  if (runningId !== null) discard.add(runningId);

  return {
    discard: [...discard],
    cancel: modelYieldsByItself ? null : runningId,
    truncate: cut
      .filter((part) => part.receivedMs > 0)
      .map((part) => ({ part: part.id, heardMs: Math.floor(Math.min(part.heardMs, part.receivedMs)) })),
    heardMs,
    unheardMs: receivedMs - heardMs,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
