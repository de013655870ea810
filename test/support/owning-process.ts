/** A process with some calls, on each of which something is said again and again but on one, until it loses them. */
import { type CallLogOptions, openCallLog } from '../../src/journal/call-log.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { rang } from './logged-calls.ts';

interface Wanted extends Pick<CallLogOptions, 'directory' | 'store' | 'times'> {
  readonly callIds: readonly string[];
  readonly quietId: string;
}

const { callIds, quietId, ...place }: Wanted = JSON.parse(process.argv[2] ?? '');
const log = await openCallLog({ ...place, clock: systemClock });
log.whenFenced(({ callId }) => process.stdout.write(`lost ${callId}\n`));
let seq = 1;
for (const callId of [...callIds, quietId]) log.observer(callId, { ...rang(), seq, atMs: 0 });
await log.flush(10_000);
process.stdout.write('ready\n');
// While it hangs, the thread that keeps the log does not.
process.stdin.once(
  'data',
  (ms) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(ms)),
);
setInterval(() => {
  seq += 1;
  for (const callId of callIds)
    log.observer(callId, { type: 'caller_said', text: `word ${seq}`, seq, atMs: 100 * seq });
}, 100);
