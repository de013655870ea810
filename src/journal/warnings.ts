import { unreachable } from '../errors.ts';
import type { CallLog } from './call-log.ts';
import type { LogTrouble } from './health.ts';

/** What whoever reads the calls has to know about them: why some may be missing. */
export function warningsOf(log: Pick<CallLog, 'health' | 'setAside' | 'wasRemoved'>): readonly string[] {
  const { health, setAside, wasRemoved } = log;
  const warnings: string[] = [];
  if (health.status === 'degraded') {
    const what = health.troubles.map(wordsFor).join(' ');
    const waiting = health.waitingEvents > 0 ? ` ${health.waitingEvents} events wait in memory.` : '';
    warnings.push(`${what} Calls go on.${waiting}`);
  }
  if (setAside.length > 0) {
    const logs = setAside.length === 1 ? 'A call log was' : `${setAside.length} call logs were`;
    warnings.push(
      `${logs} set aside: some calls are missing here. On the server, “npm run doctor” says what is in there and how to bring it back.`,
    );
  }
  if (wasRemoved)
    warnings.push('The call log was removed while it was in use: calls from before that are missing here.');
  return warnings;
}

function wordsFor(trouble: LogTrouble): string {
  switch (trouble) {
    case 'store_locked':
      return 'Another program keeps the call log locked.';
    case 'store_full':
      return 'The disk of the call log is full.';
    case 'store_unwritable':
    case 'folder_unwritable':
      return 'The folder of the call log cannot be written to.';
    case 'store_unreachable':
      return 'The database of the call log cannot be reached.';
    case 'store_slow':
      return 'The call log does not answer.';
    case 'store_corrupt':
      return 'The call log is damaged.';
    case 'store_newer':
      return 'The call log belongs to a newer version of this program.';
    case 'store_closed':
      return 'The call log is closed.';
    case 'store_failed':
    case 'bad_data':
      return 'The call log cannot be written to.';
    case 'spool_full':
      return 'The call log has been away for too long: what happens on calls is lost.';
    case 'recording_failed':
      return 'Recordings cannot be written.';
    default:
      return unreachable(trouble);
  }
}
