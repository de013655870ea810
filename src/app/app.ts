import type { Logger } from 'pino';
import { isKnownOver, PastCalls } from '../carriers/twilio/index.ts';
import type { LogTrouble } from '../http/making/page-requests.ts';
import { PageThread } from '../http/making/page-thread.ts';
import { Pages } from '../http/making/pages.ts';
import { createMetrics } from '../http/metrics.ts';
import { mountPages } from '../http/pages.ts';
import { createWebApp, listen, mountEndings, mountHealth, publicUrlReader } from '../http/server.ts';
import { guessNews } from '../http/sign-in/guesses.ts';
import { unsignedReader } from '../http/sign-in/request-origin.ts';
import { openSignedOut } from '../http/sign-in/sessions.ts';
import type { LogHealth } from '../journal/health.ts';
import { environmentOf } from '../journal/messages.ts';
import { troubleOf } from '../journal/reader.ts';
import { warningsOf } from '../journal/warnings.ts';
import { systemClock } from '../ports/clock.ts';
import type { CallObserver } from '../ports/facts.ts';
import type { PracticeModelOptions } from '../practice/model/index.ts';
import { callLogLines } from './call-log-lines.ts';
import { Carriers } from './carriers.ts';
import type { Config } from './config.ts';
import { layGround, wire } from './wiring.ts';

/** The house, open for calls. */
export interface RunningApp {
  /** Where it listens. */
  readonly localUrl: string;
  /** Where the carrier finds it. */
  readonly publicUrl: string;
  /** No real model is configured: the practice model answers. */
  readonly isPractice: boolean;
  /** Lets live calls finish, for so long at most, and closes the house. */
  close(drainMs: number): Promise<void>;
}

/** What tests and practice calls want besides. */
export interface AppExtras {
  readonly observers?: readonly CallObserver[];
  readonly practiceModel?: PracticeModelOptions;
}

/** Puts everything together: the one place that knows which carrier, model and store there are. */
export async function startApp(config: Config, logger: Logger, extras: AppExtras = {}): Promise<RunningApp> {
  const ground = await layGround(config, logger, extras.practiceModel);
  const { bus, journal } = ground;
  const listening = listen(config);
  await listening.catch(() => ground.close());
  const { server, port, serve } = await listening;

  const localUrl = `http://localhost:${port}`;
  const publicUrl = config.publicUrl ?? localUrl;
  const web = createWebApp(config.trustProxy);
  const publicUrlOf = publicUrlReader(config.publicUrl, localUrl, web.get('trust proxy fn'));
  const pastCalls = new PastCalls(systemClock, async (callId) => {
    return isKnownOver(await journal.log.store.card(callId), systemClock.wallMs());
  });
  const carriers = await Carriers.from({
    config,
    clock: systemClock,
    publicUrlOf,
    publicUrl: () => publicUrl,
    mayComeUnsigned: unsignedReader({ isPublic: config.isPublic, publicUrlOf }),
    isOver: pastCalls.isOver,
    ended: pastCalls.ended,
    trouble: (callId, what) => logger.warn({ call: callId }, what),
  });
  const house = wire(config, logger, ground, { carriers, output: 'speech' });
  const { calls, live } = house;
  let pageThreadsDied = 0;
  let logTrouble: LogTrouble | null = null;
  const pageThread = new PageThread({
    file: new URL('./page-worker.ts', import.meta.url),
    settings: journal.place,
    environment: environmentOf(journal.place.store),
    clock: systemClock,
    died(why) {
      pageThreadsDied += 1;
      logger.error({ why }, 'the thread that makes pages has ended: it is begun again, and calls go on');
    },
  });
  const pages = new Pages(pageThread, live, systemClock, {
    changed(trouble) {
      logTrouble = trouble;
      if (trouble)
        logger.error(
          { reason: trouble.reason, because: trouble.sentence },
          'pages cannot read the call log: they say so, and show what is live',
        );
      else logger.info('pages can read the call log again');
    },
    since: () => sinceOf(journal.log.health),
    suspect: () => journal.log.suspect(),
  });

  const metrics = createMetrics(
    () => calls.count,
    () => {
      const { health, setAside } = journal.log;
      const { troubles, waitingEvents } =
        health.status === 'ok' ? { troubles: [], waitingEvents: 0 } : health;
      return { troubles: troubles.length, waitingEvents, setAside: setAside.length };
    },
    () => ({ ...pages.load, restarts: pageThreadsDied }),
  );
  const remembersEnds: CallObserver = (callId, { type }) => {
    if (type === 'ended') pastCalls.ended(callId);
  };
  for (const observer of [callLogLines(logger), metrics.observer, remembersEnds, ...(extras.observers ?? [])])
    bus.subscribe(observer);

  const upgrades = carriers.open(calls, web);
  mountHealth(web, () => calls.admission, metrics, { token: config.metricsToken, isPublic: config.isPublic });
  const tellGuesses = guessNews(systemClock, (count) =>
    logger.warn(
      { count },
      'somebody tries more passwords than can be made to wait: is REVIEW_PASSWORD a long one?',
    ),
  );
  mountPages(web, {
    clock: systemClock,
    pages,
    store: journal.log.store,
    logTroubleOf(error) {
      const found = troubleOf(error);
      const since = logTrouble?.sinceWallMs ?? systemClock.wallMs();
      return found && { ...found, sinceWallMs: Math.min(since, sinceOf(journal.log.health) ?? since) };
    },
    live,
    forget: (callId) => journal.log.store.delete(callId),
    warnings: () => warningsOf(journal.log),
    passwords: config.passwords,
    isPublic: config.isPublic,
    signedOut: await openSignedOut(
      config.dataDir,
      () => systemClock.wallMs(),
      (what) => logger.error(what),
    ),
    guessed(answer) {
      metrics.wrongPassword(answer);
      tellGuesses(answer);
    },
    told: (deed) =>
      logger[deed.status < 400 ? 'info' : 'warn'](deed, 'somebody asked the review pages to do something'),
    publicUrlOf,
  });
  mountEndings(web, (error) => logger.error({ err: error }, 'a request failed by a mistake of ours'));
  serve(web, upgrades);

  return {
    localUrl,
    publicUrl,
    isPractice: ground.isPractice,
    async close(drainMs) {
      const startedAt = systemClock.now();
      if (await calls.drain(drainMs)) {
        await new Promise<void>((resolve) => systemClock.after(AFTERMATH_MS, resolve));
      }
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await pages.close(); // it reads the log, which can be closed well when nobody does
      await house.close(Math.max(LEAST_SUMMING_UP_MS, drainMs - (systemClock.now() - startedAt)));
    },
  };
}

/** Since when nothing can be kept. */
function sinceOf(health: LogHealth): number | null {
  return health.status === 'ok' ? null : (health.sinceWallMs ?? null);
}

/** Carriers ask at once how calls go on that have ended here; then the house may close. */
const AFTERMATH_MS = 2_000;

/** The last calls of a drain may be summed up as well, if that goes as it should. */
const LEAST_SUMMING_UP_MS = 3_000;
