import { pino } from 'pino';
import { type RunningApp, startApp } from '../../src/app/app.ts';
import { type Environment, readConfig } from '../../src/app/config.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import {
  type PracticeModel,
  type PracticeModelOptions,
  startPracticeModel,
} from '../../src/practice/model/index.ts';

export interface House {
  readonly app: RunningApp;
  readonly model: PracticeModel;
  readonly facts: { readonly callId: string; readonly event: CallEvent }[];
  /** Everything that was logged, as lines. */
  readonly log: string[];
  close(): Promise<void>;
}

/** The whole program on real sockets, with a practice model of the test's own in place of a vendor's. */
export async function aHouse(
  environment: Environment = {},
  options: PracticeModelOptions = {},
): Promise<House> {
  const model = await startPracticeModel({ ...options, habits: { thinkMs: 0, ...options.habits } });
  const facts: { callId: string; event: CallEvent }[] = [];
  const log: string[] = [];
  const config = readConfig({
    PORT: '0',
    OPENAI_BASE_URL: model.baseUrl,
    OPENAI_API_KEY: 'practice',
    ...environment,
  });
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) });
  const app = await startApp(config, logger, {
    observers: [(callId, event) => void facts.push({ callId, event })],
  });
  return {
    app,
    model,
    facts,
    log,
    async close() {
      await app.close(10);
      await model.close();
    },
  };
}
