import { createHash, timingSafeEqual } from 'node:crypto';

/** What somebody may do: see, or see and act. */
export type Role = 'viewer' | 'operator';

/** Who asks. `null` as a role: nobody we know. */
export interface Visitor {
  readonly role: Role | null;
  /** How we know: `cookie` and `loopback` are things a browser brings by itself, wherever it was sent from. */
  readonly by: 'cookie' | 'loopback' | 'bearer' | 'nothing';
}

export const STRANGER = { role: null, by: 'nothing' } as const satisfies Visitor;

export function mayDo(visitor: Visitor, needs: Role | 'nobody'): boolean {
  if (needs === 'nobody') return true;
  return visitor.role === 'operator' || visitor.role === needs;
}

/** The words that open the pages. A role has two while one takes the other's place. */
export interface Passwords {
  readonly operator: readonly string[];
  readonly viewer: readonly string[];
}

/** Whose password this is; null: nobody's. Takes as long for a right one as for a wrong one. */
export function roleOf(password: string, passwords: Passwords): Role | null {
  const isOneOf = (words: readonly string[]) => words.filter((word) => isSameWord(password, word)).length > 0;
  const isOperator = isOneOf(passwords.operator);
  const isViewer = isOneOf(passwords.viewer);
  if (isOperator) return 'operator';
  return isViewer ? 'viewer' : null;
}

export function areSet({ operator, viewer }: Passwords): boolean {
  return operator.length + viewer.length > 0;
}

/** Digests are of one length, so that comparing them tells nothing about the length of the word. */
export function isSameWord(given: string, right: string): boolean {
  return timingSafeEqual(digest(given), digest(right));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
