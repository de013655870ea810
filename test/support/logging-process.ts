/** A process with ten calls that is going to be killed: every tick something is said on each, and sounds. */

import { openCallLog } from '../../src/journal/call-log.ts';
import { systemClock } from '../../src/ports/clock.ts';
import { rang } from './logged-calls.ts';

const [directory = ''] = process.argv.slice(2);
const log = await openCallLog({ directory, store: { kind: 'sqlite' }, clock: systemClock });
const startedAt = systemClock.now();
const calls = Array.from({ length: 10 }, (_, n) => {
  const callId = `CA${n}`;
  const recorder = log.record(callId, startedAt);
  recorder.start(0);
  log.observer(callId, { ...rang(), seq: 1, atMs: 0 });
  return { callId, recorder };
});
let tick = 0;
setInterval(() => {
  tick++;
  const atMs = systemClock.now() - startedAt;
  const frame = new Uint8Array(160).fill(tick % 250);
  for (const { callId, recorder } of calls) {
    log.observer(callId, { type: 'caller_said', text: `word${tick}`, seq: tick + 1, atMs: Math.round(atMs) });
    recorder.heardFromCaller(frame, atMs - 20);
    recorder.agentPlayed(frame, atMs);
  }
  process.stdout.write(`${tick} ${Math.round(atMs)}\n`);
}, 20);
