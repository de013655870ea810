import type { Logger } from 'pino';
import frontDesk from './agents/front-desk/agent.ts';
import { NO_TOOLS } from './call/call-plan.ts';
import { NO_TAP } from './call/call-tap.ts';
import { LiveCalls } from './call/live-calls.ts';
import { Metronome } from './call/metronome.ts';
import { callLogLines } from './call-log-lines.ts';
import { twilioCarrier } from './carriers/twilio/index.ts';
import { systemClock } from './clock.ts';
import type { Config } from './config.ts';
import { createMetrics } from './http/metrics.ts';
import { publicUrlReader } from './http/public-url.ts';
import { createWebApp, listen, mountEndings, mountHealth } from './http/server.ts';
import { type OpenAIAccess, openAIRealtime } from './models/openai/index.ts';
import type { CallObserver } from './ports/call-log.ts';
import type { PracticeModel, PracticeModelOptions } from './practice/model/index.ts';

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
  const practice = config.openai ? null : await openPractice(extras.practiceModel);
  const access: OpenAIAccess = config.openai ?? {
    baseUrl: practice?.baseUrl ?? '',
    model: 'practice',
    key: { kind: 'bearer', secret: 'practice' },
  };
  const metrics = createMetrics(() => calls.count);
  const everybody = [callLogLines(logger), metrics.observer, ...(extras.observers ?? [])];
  const calls = new LiveCalls(
    {
      clock: systemClock,
      metronome: new Metronome(systemClock),
      model: openAIRealtime(access, config.openaiDefaults, systemClock),
      observer: (callId, event) => {
        for (const observe of everybody) observe(callId, event);
      },
      tapOf: () => NO_TAP,
      sendText: (incoming, text) => twilio.sendText(incoming, text),
      crashed: (callId, error) =>
        logger.error({ call: callId, err: error }, 'a call failed by a mistake of ours'),
    },
    () => ({
      ...frontDesk,
      agent: frontDesk.name,
      model: access.model,
      output: 'speech',
      interruption: 'immediate',
      toolbox: NO_TOOLS,
      remoteTools: [],
      transferTargets: {},
      silence: null,
      maxDurationMs: 30 * 60_000,
      beforeTheEnd: { noticeMs: 30_000, about: 'Say that half a minute is left.' },
      apology: {},
    }),
    config.maxCalls,
  );

  const web = createWebApp(config.trustProxy);
  let localUrl = '';
  const publicUrlOf = publicUrlReader(config.publicUrl, () => localUrl, web.get('trust proxy fn'));
  const twilio = twilioCarrier({
    clock: systemClock,
    switchboard: calls,
    authToken: config.twilioAuthToken,
    account: config.twilioAccount,
    publicUrlOf,
    trouble: (callId, what) => logger.warn({ call: callId }, what),
  });
  web.use('/twilio', twilio.router);
  mountHealth(web, () => calls.admission, metrics);
  mountEndings(web, (error) => logger.error({ err: error }, 'a request failed by a mistake of ours'));
  const { server, port } = await listen(web, [twilio.upgrade], config);
  localUrl = `http://localhost:${port}`;

  return {
    localUrl,
    publicUrl: config.publicUrl ?? localUrl,
    isPractice: practice !== null,
    async close(drainMs) {
      const ended = await calls.drain(drainMs);
      if (ended > 0) await new Promise<void>((resolve) => systemClock.after(AFTERMATH_MS, resolve));
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await practice?.close();
    },
  };
}

/** Read only when it is wanted: it knows a hundred recordings by heart. */
async function openPractice(options?: PracticeModelOptions): Promise<PracticeModel> {
  const { startPracticeModel } = await import('./practice/model/index.ts');
  return startPracticeModel(options);
}

/** Carriers ask at once what to tell the callers of calls that were ended; then the house may close. */
const AFTERMATH_MS = 2_000;
