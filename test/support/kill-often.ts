/**
 * Kills a process with ten live calls again and again, at random moments, and has sox decode every recording:
 * `node test/support/kill-often.ts 100`.
 */
import { type KillReport, killAfter } from './kill.ts';
import { soxIsThere, soxLengthMs } from './sox.ts';

if (!soxIsThere()) {
  console.error('sox is missing, and nothing else is to decode the recordings: apt-get install sox');
  process.exit(2);
}

const times = Number(process.argv[2] ?? 100);
let harmed = 0;
let decoded = 0;
let wrongHeaders = 0;
let mostOffMs = 0;
for (let n = 1; n <= times; n++) {
  const ticks = 55 + Math.floor(Math.random() * 100);
  try {
    const report = await killAfter(ticks, soxLengthMs);
    decoded += report.recordings;
    wrongHeaders += report.wrongHeaders;
    mostOffMs = Math.max(mostOffMs, report.mostOffMs);
    if (isWhole(report)) continue;
    console.log(`${n}: killed after ${ticks} ticks`, report);
  } catch (error) {
    console.log(`${n}: killed after ${ticks} ticks:`, error);
  }
  harmed++;
}
console.log(
  `${times} kills, ${harmed} of them lost something older than a second, or left what sox cannot read.`,
);
console.log(
  `sox decoded ${decoded} recordings, the worst ${Math.round(mostOffMs)} ms from what was received; ${wrongHeaders} headers were behind.`,
);
process.exitCode = harmed === 0 ? 0 : 1;

function isWhole(report: KillReport): boolean {
  return (
    report.calls === 10 &&
    report.recordings === 10 &&
    report.lostEvents === 0 &&
    report.lostFrames === 0 &&
    report.mostOffMs <= 1_000 &&
    report.isSound &&
    !report.wasSetAside
  );
}
