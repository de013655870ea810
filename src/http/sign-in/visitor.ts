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
