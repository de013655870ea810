/**
 * Rings the real server with practice phones, has its store fail in every way we know of while they talk, and counts
 * at the phones what is heard of that: `node test/support/store-faults.ts [S1 S8 …]`. Ten minutes for all of it.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/ports/clock.ts';
import { Server } from './store-faults/a-server.ts';
import { OwnPostgres } from './store-faults/an-own-postgres.ts';
import { pause } from './store-faults/listening-phone.ts';
import { longerSilenceMs, type RoundReport, round, talking, untilEnded } from './store-faults/round.ts';
import { type Place, SITUATIONS, type Situation } from './store-faults/situations.ts';
import { aTalkingModel, type TalkingModel } from './store-faults/talking-model.ts';

const CALLS = 5;
const wanted = process.argv.slice(2);
const model = await aTalkingModel();
console.log(`Node ${process.versions.node}, ${CALLS} calls each.\n`);
console.log(
  'Behind each figure of sound, in brackets: of as many calls at the same time on a server whose store is well.\n',
);
console.log(
  '| what happens | ready ms | dropped | answers heard whole | frames late | longest gap ms | least lead ms | up p99 ms | server (phones) held up ms | caught up ms | events lost | doubled | said of it |\n|---|---|---|---|---|---|---|---|---|---|---|---|---|',
);
let harmed = 0;
const calm = aDataDir(null);
const healthy = await Server.start({ modelUrl: model.baseUrl, dataDir: calm.dataDir, databaseUrl: null });
for (const situation of SITUATIONS) {
  if (isWanted(situation.name)) tell(situation.name, await measured(situation, model));
}
if (isWanted('S5')) tell('S5 killed in mid-call: the round after the reboot', await afterKill(model));
await healthy.stop();
calm.remove();
await model.close();
console.log(`\n${harmed} situations harmed a call or lost an event.`);
process.exit(harmed === 0 ? 0 : 1);

interface Measured extends RoundReport {
  readonly readyMs: number;
  readonly remark: string | null;
}

async function measured(situation: Situation, model: TalkingModel): Promise<Measured> {
  const { dataDir, remove } = aDataDir(situation.tmpfsMb ?? null);
  const postgres = situation.store === 'postgres' ? await OwnPostgres.create() : null;
  const place: Place = { dataDir, postgres };
  if (situation.prepare) await situation.prepare(place);
  else await postgres?.start();
  const server = await Server.start({
    modelUrl: model.baseUrl,
    dataDir,
    databaseUrl: postgres?.url ?? null,
    recording: situation.recording ?? 'off',
  });
  try {
    const report = await round(server, healthy, model, CALLS, () => situation.fault(place, server));
    const remark = situation.check?.(place) ?? mistakesIn(server);
    return { ...report, readyMs: server.readyMs, remark };
  } finally {
    await server.stop();
    await postgres?.remove();
    remove();
  }
}

/** Calls of a killed process are over; those that come after its reboot should feel nothing, and find them closed. */
async function afterKill(model: TalkingModel): Promise<Measured> {
  const { dataDir, remove } = aDataDir(null);
  const settings = { modelUrl: model.baseUrl, dataDir, databaseUrl: null };
  const first = await Server.start(settings);
  const { phones, end } = await talking(first, model, CALLS);
  await pause(12_000);
  const killedAt = systemClock.now();
  await first.kill();
  await end();
  const second = await Server.start(settings);
  try {
    const bootedAt = systemClock.now();
    const logs = await Promise.all(phones.map((phone) => untilEnded(second, phone, killedAt - 1_000)));
    const closedMs = systemClock.now() - bootedAt;
    const lost = logs.reduce((sum, log) => sum + log.lost, 0);
    const remark = `of the killed calls ${lost} events lost that were older than 1 s; closed ${Math.round(closedMs)} ms after the boot`;
    const report = await round(second, healthy, model, CALLS, () => pause(5_000));
    return { ...report, lostEvents: report.lostEvents + lost, readyMs: second.readyMs, remark };
  } finally {
    await second.stop();
    remove();
  }
}

function aDataDir(tmpfsMb: number | null): { readonly dataDir: string; remove(): void } {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringdown-faults-'));
  if (tmpfsMb !== null) execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${tmpfsMb}m`, 'tmpfs', dataDir]);
  return {
    dataDir,
    remove() {
      if (tmpfsMb !== null) execFileSync('umount', [dataDir]);
      rmSync(dataDir, { recursive: true });
    },
  };
}

function mistakesIn({ log }: Server): string | null {
  const mistakes = log.filter(({ text }) => /mistake|outside of any call|are lost/.test(text));
  return mistakes.length > 0 ? [...new Set(mistakes.map(({ text }) => text))].join('; ') : null;
}

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.some((part) => name.includes(part));
}

function tell(name: string, report: Measured): void {
  const { dropped, brokenAnswers, lostEvents, doubledEvents, framesLate, beside } = report;
  if (dropped + brokenAnswers + lostEvents + doubledEvents + longerSilenceMs(report) > 0) harmed++;
  const said = [...report.troubles, ...(report.remark === null ? [] : [report.remark])].join(', ');
  const cells = [
    name,
    Math.round(report.readyMs),
    `${dropped} of ${report.calls}`,
    `${report.answers} of ${report.answers + brokenAnswers}`,
    `${framesLate} (${beside.framesLate})`,
    `${Math.round(report.longestGapMs)} (${Math.round(beside.longestGapMs)})`,
    `${Math.round(report.leastLeadMs)} (${Math.round(beside.leastLeadMs)})`,
    `${report.upP99Ms.toFixed(1)} (${beside.upP99Ms.toFixed(1)})`,
    `${Math.round(report.longestStallMs)} (${Math.round(report.ownStallMs)})`,
    Number.isFinite(report.catchUpMs) ? Math.round(report.catchUpMs) : 'never',
    lostEvents,
    doubledEvents,
    said || '–',
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
