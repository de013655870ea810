/** One thing the doctor looked at. `bad` means that a call could not be answered as things are. */
export interface Finding {
  readonly state: 'good' | 'note' | 'bad';
  readonly about: string;
  /** What was found and, where it is not good, what to do. */
  readonly text: string;
}

export const good = (about: string, text: string): Finding => ({ state: 'good', about, text });
export const note = (about: string, text: string): Finding => ({ state: 'note', about, text });
export const bad = (about: string, text: string): Finding => ({ state: 'bad', about, text });

/** How an error of the network reads in a sentence. */
export function because(error: unknown): string {
  return error instanceof Error ? `(${codeOf(error)})` : 'for an unknown reason';
}

/** The word for an error of the network. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { cause } = error;
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message;
}
