/**
 * Holds the recording of a long call, cut off again and again, to what its phone sent and heard:
 * `node test/support/recording-truth.ts 600`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cuttingIn, markersOff, placeCallWithTruth } from './a-call-with-truth.ts';
import { spreadOf } from './alignment.ts';

const MOST_OFF_MS = 5;
const MOST_MARKER_OFF_MS = 50;

const seconds = Number(process.argv[2] ?? 600);
const directory = mkdtempSync(join(tmpdir(), 'recording-truth-'));
try {
  const randomly = () => 6_000 * Math.random();
  const call = await placeCallWithTruth(directory, cuttingIn(seconds, randomly));
  const { wentWell, tape, caller, agent, behindMs, behindByWallMs } = call;
  const spreads = { caller: spreadOf(caller), agent: spreadOf(agent) };
  const markers = markersOff(call);
  const worstMarkerMs = Math.max(...markers);

  console.log(`${seconds} s, ${tape.cutsMs.length} times cut off, went ${wentWell ? 'well' : 'wrong'}.`);
  console.log(`Clocks joined ${(behindMs - behindByWallMs).toFixed(1)} ms from the time of day.`);
  console.table(spreads);
  console.log(`${markers.length} interruptions marked, the worst ${worstMarkerMs.toFixed(1)} ms off.`);
  if (worstMarkerMs > MOST_MARKER_OFF_MS) {
    console.log(
      `The phone fell silent at ${tape.cutsMs.map((cutMs) => Math.round(cutMs + behindMs)).join(', ')} ms.`,
    );
    for (const event of call.events.filter(({ type }) => type === 'interrupted'))
      console.log(JSON.stringify(event));
  }
  for (const { atMs, ms, likeness } of agent.filter((found) => isOdd(found.ms, found.likeness)))
    console.log(`The agent at ${atMs} ms: ${ms} ms off, ${likeness.toFixed(3)} alike.`);

  const isTrue = Math.max(spreads.caller.worstMs, spreads.agent.worstMs) <= MOST_OFF_MS;
  process.exitCode = wentWell && isTrue && worstMarkerMs <= MOST_MARKER_OFF_MS ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true });
}

function isOdd(ms: number, likeness: number): boolean {
  return Math.abs(ms) > MOST_OFF_MS || likeness < 0.9;
}
