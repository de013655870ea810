/**
 * Loaded into a server that is measured: notes every second the most processor time that its main thread has spent in
 * one go. That is what its own work holds calls up by, whatever else the machine has to do.
 */
import { appendFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const LOOK_MS = 2;
const file = process.env['LOOP_FILE'];

if (isMainThread && file !== undefined) {
  let before = process.threadCpuUsage();
  let mostMs = 0;
  setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    mostMs = Math.max(mostMs, (user + system) / 1000);
    before = process.threadCpuUsage();
  }, LOOK_MS).unref();
  setInterval(() => {
    appendFileSync(file, `${Date.now()} ${mostMs.toFixed(1)}\n`);
    mostMs = 0;
  }, 1_000).unref();
}
