import { onTestFinished } from 'vitest';
import { type CallLog, type LogNotice, openCallLog } from '../../src/journal/call-log.ts';
import { systemClock } from '../../src/ports/clock.ts';

/** The call log of this folder, open as long as the test runs, and all it had to say. */
export async function aSqliteLog(directory: string): Promise<{ log: CallLog; notices: LogNotice[] }> {
  const notices: LogNotice[] = [];
  const log = await openCallLog({
    directory,
    store: { kind: 'sqlite' },
    clock: systemClock,
    notice: (notice) => notices.push(notice),
  });
  onTestFinished(() => log.close(100));
  return { log, notices };
}
