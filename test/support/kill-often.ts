/** Kills a process with ten live calls again and again, at random moments: `node test/support/kill-often.ts 100`. */
import { killAfter } from './kill.ts';

const times = Number(process.argv[2] ?? 100);
let harmed = 0;
for (let n = 1; n <= times; n++) {
  const ticks = 55 + Math.floor(Math.random() * 100);
  const report = await killAfter(ticks);
  const isWhole =
    report.calls === 10 &&
    report.lostEvents === 0 &&
    report.lostFrames === 0 &&
    report.isSound &&
    !report.wasSetAside;
  if (!isWhole) harmed++;
  if (!isWhole || report.wrongHeaders > 0) console.log(`${n}: killed after ${ticks} ticks`, report);
}
console.log(`${times} kills, ${harmed} of them lost something older than a second.`);
process.exitCode = harmed === 0 ? 0 : 1;
