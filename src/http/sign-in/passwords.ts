import { createHash, timingSafeEqual } from 'node:crypto';
import type { Role } from './visitor.ts';

/** The words that open the pages; both null: they are open to this machine only. */
export interface Passwords {
  readonly operator: string | null;
  readonly viewer: string | null;
}

/** Whose password this is; null: nobody's. Takes as long for a right one as for a wrong one. */
export function roleOf(password: string, passwords: Passwords): Role | null {
  const given = digest(password);
  const isOperator = passwords.operator !== null && timingSafeEqual(given, digest(passwords.operator));
  const isViewer = passwords.viewer !== null && timingSafeEqual(given, digest(passwords.viewer));
  if (isOperator) return 'operator';
  return isViewer ? 'viewer' : null;
}

export function areSet({ operator, viewer }: Passwords): boolean {
  return operator !== null || viewer !== null;
}

/** Digests are of one length, so that comparing them tells nothing about the length of the password. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
