/** A process of ours with a thread that is stuck in the system, which is told to end. */
import { Worker } from 'node:worker_threads';
import { pino } from 'pino';
import { EndOfProcess } from '../../src/app/process.ts';

const end = new EndOfProcess(pino(pino.destination({ dest: 1, sync: true })));
const says = process.argv[2];
if (says === 'stuck thread') {
  // Node never comes back from this, and nothing can tell it to.
  new Worker(`require('node:fs').mkdirSync('/proc/x', { recursive: true })`, { eval: true, name: 'the log' });
  setTimeout(() => void end.leave(async () => {}, 60_000), 500);
} else if (says === 'stuck closing') {
  new Worker('setInterval(() => {}, 1000)', { eval: true, name: 'the log' });
  void end.leave(() => new Promise(() => {}), 500);
} else {
  const keepsAlive = setInterval(() => {}, 1000);
  void end.leave(() => new Promise(() => keepsAlive), 600_000);
  setTimeout(() => void end.leave(async () => {}, 0), 500);
}
