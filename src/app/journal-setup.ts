import type { Logger } from 'pino';
import { createWebhook, type Webhook } from '../after/webhook.ts';
import { AGENT_DEFAULTS, type KeepDays } from '../agents/define-agent.ts';
import type { AgentDirectory } from '../agents/directory.ts';
import { unreachable } from '../errors.ts';
import { type CallLog, type LogNotice, openCallLog } from '../journal/call-log.ts';
import type { StoreSettings } from '../journal/messages.ts';
import { type Neighbour, nameOf } from '../journal/neighbours.ts';
import type { LogPlace } from '../journal/reader.ts';
import type { KeptDays, Retention } from '../journal/retention.ts';
import { type LogNews, LogReporter } from '../journal/warnings.ts';
import { systemClock } from '../ports/clock.ts';
import { postgresEnvironment } from '../stores/postgres/environment.ts';
import { StoreTrouble } from '../stores/shared/trouble.ts';
import type { Config } from './config.ts';

/** What is kept of calls, and who is told of them. */
export interface JournalSetup {
  readonly log: CallLog;
  /** Where it lies, for those who only read it. */
  readonly place: LogPlace;
  readonly webhook: Webhook | null;
  close(): Promise<void>;
}

/** Opens what keeps calls. What goes wrong with it later is logged, and harms no call. */
export async function setUpJournal(
  config: Config,
  agents: AgentDirectory,
  logger: Logger,
): Promise<JournalSetup> {
  const clock = systemClock;
  const reporter = new LogReporter(clock, (news) => logNews(logger, news));
  const place: LogPlace = {
    directory: config.dataDir,
    store: storeOf(config),
  };
  const log = await openCallLog({
    ...place,
    clock,
    deliversWebhooks: config.callWebhook !== null,
    notice: (notice) => {
      if (notice.type === 'health') reporter.changed(notice.health);
      else if (notice.type === 'events_lost') reporter.lost(notice.count);
      else logNotice(logger, notice);
    },
  });
  const webhook =
    config.callWebhook &&
    createWebhook({
      ...config.callWebhook,
      clock,
      gaveUp: (call, why) =>
        logger.error({ call, why }, 'the webhook of a finished call could not be delivered'),
    });
  let isTidying = false;
  const tidy = async () => {
    if (isTidying) return;
    isTidying = true;
    await log.sweep(retentionOf(agents)).catch((error: unknown) => {
      if (error instanceof StoreTrouble && error.reason === 'store_closed') return; // the next one does the rest
      logger.error({ err: error }, 'old calls could not be deleted');
    });
    isTidying = false;
  };
  const stopTidying = clock.every(TIDY_EVERY_MS, () => void tidy());

  return {
    log,
    place,
    webhook,
    async close() {
      stopTidying();
      await webhook?.close();
      await log.close();
      reporter.close();
    },
  };
}

function storeOf({ databaseUrl, environment }: Config): StoreSettings {
  if (databaseUrl === null) return { kind: 'sqlite' };
  return { kind: 'postgres', url: databaseUrl, environment: postgresEnvironment(environment) };
}

function logNews(logger: Logger, news: LogNews): void {
  switch (news.type) {
    case 'trouble':
      return logger.error(
        { health: news.health },
        `the call log has trouble: calls go on, and wait in memory. ${news.health.because ?? ''}`.trim(),
      );
    case 'over':
      return logger.info('the call log works again');
    case 'events_lost':
      return logger.error({ count: news.count }, 'the call log was away for too long: events are lost');
    default:
      return unreachable(news);
  }
}

function logNotice(logger: Logger, notice: Exclude<LogNotice, { type: 'health' | 'events_lost' }>): void {
  switch (notice.type) {
    case 'orphans_closed':
      return logger.info({ calls: notice.calls }, 'calls of a process that is gone were given their end');
    case 'recordings_repaired':
      return logger.info({ files: notice.files }, 'recordings of a process that is gone were made whole');
    case 'store_set_aside':
      return logger.error(
        { path: notice.path },
        'the call log could not be read: it was set aside, and a new one begun',
      );
    case 'index_mended':
      return logger.warn(
        'the search index of the call log was broken: it was made anew, and no call was touched',
      );
    case 'logs_set_aside':
      if (notice.paths.length === 0) return;
      return logger.warn(
        { paths: notice.paths },
        'call logs lie set aside, and their calls are not in the log: npm run doctor says how to bring them back',
      );
    case 'store_removed':
      return logger.error(
        'the call log was removed or replaced while it was in use: what lies there now is gone on with',
      );
    case 'folder':
      return; // told of as one of the log's troubles
    case 'neighbours':
      return logNeighbours(logger, notice.neighbours);
    case 'store_suspect':
      return; // the writer looks into it, and says what it finds
    case 'recording_failed':
      return logger.error({ call: notice.callId, code: notice.code }, 'a recording could not be written');
    default:
      return unreachable(notice);
  }
}

function logNeighbours(logger: Logger, neighbours: readonly Neighbour[]): void {
  if (neighbours.length === 0)
    return logger.info('no other server keeps its calls in this DATA_DIR any more');
  logger.warn(
    { servers: neighbours },
    `other servers keep their calls in this DATA_DIR too: ${neighbours.map(nameOf).join(', ')}. Each sees the calls of all; if that is not meant, stop one or give it a DATA_DIR of its own`,
  );
}

/** Every agent's calls by its own rule; those of agents that are gone by what an agent has that says nothing. */
function retentionOf({ agents }: AgentDirectory): Retention {
  const daysOf = ({ recording, transcript, record }: KeepDays): KeptDays => ({
    recordingDays: recording,
    wordDays: transcript,
    callDays: record,
  });
  return {
    agents: new Map(agents.map(({ agent }) => [agent.name, daysOf(agent.keepDays)])),
    others: daysOf(AGENT_DEFAULTS.keepDays),
  };
}

const TIDY_EVERY_MS = 60 * 60_000;
