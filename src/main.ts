import type { Logger } from 'pino';
import { type RunningApp, startApp } from './app/app.ts';
import { type Config, processEnvironment, readConfig } from './app/config.ts';
import { createLogger, EndOfProcess, whyNotStarted } from './app/process.ts';
import { RingdownError } from './errors.ts';

/** What the shell calls a mistake in the configuration. */
const EXIT_BAD_CONFIGURATION = 78;

/** Fewer letters can be guessed. */
const SHORT_PASSWORD = 12;

/** What closing may take besides the calls: to tell their callers, to write down the last of them, to deliver webhooks. */
const CLOSING_MS = 25_000;

// Everything above is needed below, where the program runs from here on, line by line.
const config = configOrExit();
const logger = createLogger(config.logLevel);
const end = new EndOfProcess(logger);

// Whatever slips through every net must not take the other calls with it.
process.on('uncaughtException', (error) =>
  logger.error({ err: error }, 'something failed outside of any call'),
);
process.on('unhandledRejection', (error) =>
  logger.error({ err: error }, 'something failed outside of any call'),
);

const app = await startOrExit(config, logger);
for (const line of welcome(app, config)) logger.info(line);
closeOnSignals(app, config, logger);

function configOrExit(): Config {
  try {
    return readConfig(processEnvironment());
  } catch (error) {
    if (!(error instanceof RingdownError)) throw error;
    console.error(`Ringdown cannot start. In the environment or in .env:\n${error.message}`);
    process.exit(EXIT_BAD_CONFIGURATION);
  }
}

async function startOrExit(config: Config, logger: Logger): Promise<RunningApp> {
  try {
    return await startApp(config, logger);
  } catch (error) {
    if (error instanceof RingdownError && error.code === 'BAD_AGENT') {
      console.error(`Ringdown cannot start. In the agents:\n${error.message}`);
      process.exit(EXIT_BAD_CONFIGURATION);
    }
    console.error(`Ringdown cannot start. ${whyNotStarted(error, config)}`);
    process.exit(1);
  }
}

/** Where to call, where to look, and what is missing for real calls. */
function welcome(app: RunningApp, config: Config): readonly string[] {
  const lines = [
    `Ringdown listens on ${app.localUrl}. The carrier's webhook is ${app.publicUrl}/twilio/voice`,
    `Read the calls, and talk to the agent yourself: ${app.localUrl}/`,
  ];
  if (app.isPractice) {
    lines.push(
      'Practice mode: no OPENAI_API_KEY, so the practice model answers. Call it from a second terminal: npm run call',
    );
  }
  if (!config.twilioAuthToken) {
    const whom = config.isPublic ? 'whoever reaches this port is' : 'only this machine is';
    lines.push(`No TWILIO_AUTH_TOKEN: signatures are not asked for, and ${whom} listened to.`);
  } else if (!app.publicUrl.startsWith('https://')) {
    lines.push('PUBLIC_URL is not https://: Twilio opens media streams to https addresses only.');
  }
  return [...lines, ...warnings(config)];
}

/** What is allowed, and rarely meant. */
function warnings({ isPublic, passwords, trustProxy, host }: Config): readonly string[] {
  const lines: string[] = [];
  if (isPublic && passwords.operator.length === 0)
    lines.push('The pages are closed: set REVIEW_PASSWORD, as TWILIO_AUTH_TOKEN is for calls from outside.');
  if (isPublic && passwords.operator.some(({ length }) => length < SHORT_PASSWORD))
    lines.push('REVIEW_PASSWORD is short enough to be guessed: `openssl rand -hex 16` makes a better one.');
  if (typeof trustProxy === 'number' && trustProxy > 0 && !host.startsWith('127.'))
    lines.push(
      `TRUST_PROXY is a number and HOST is ${host}: whoever reaches the port without the proxy can say that they are anybody. Name the proxy's addresses, or set HOST=127.0.0.1.`,
    );
  return lines;
}

/** The first signal lets calls finish; a second one ends them. */
function closeOnSignals(app: RunningApp, config: Config, logger: Logger): void {
  const close = async () => {
    logger.info(`Closing: no new calls, live ones have ${config.drainMs / 1000} s to finish.`);
    await app.close(config.drainMs);
  };
  const leave = () => void end.leave(close, config.drainMs + CLOSING_MS);
  process.on('SIGTERM', leave);
  process.on('SIGINT', leave);
}
