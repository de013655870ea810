import type { Session } from '../../src/ports/session.ts';

/** A session that takes everything and says nothing, but for what is given. */
export function aSilentSession(does: Partial<Session> = {}): Session {
  const quiet = () => {};
  return {
    backlogBytes: 0,
    hear: quiet,
    respond: quiet,
    cancel: quiet,
    truncate: quiet,
    add: quiet,
    update: quiet,
    commitTurn: quiet,
    discardTurn: quiet,
    askOutOfBand: quiet,
    close: quiet,
    ...does,
  };
}
