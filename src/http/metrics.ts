import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { CallObserver } from '../ports/facts.ts';

/** What the process has done, in numbers; nobody's words and nobody's phone number among them. */
export interface Metrics {
  readonly observer: CallObserver;
  readonly wrongPassword: (answer: 'wrong' | 'slow_down') => void;
  readonly contentType: string;
  text(): Promise<string>;
}

/** How what keeps the calls is doing. */
export interface LogState {
  /** How many things it suffers from. */
  readonly troubles: number;
  /** What it could not keep yet. */
  readonly waitingEvents: number;
  /** How many logs lie set aside, with calls that are missing in this one. */
  readonly setAside: number;
}

/** How what makes pages is doing. */
export interface PageState {
  /** What waits to be made. */
  readonly waiting: number;
  /** What was never made, because too much was asked for at once. */
  readonly refused: number;
  /** Pages that are told of live calls as they happen. */
  readonly streams: number;
  /** How often it had to be started again. */
  readonly restarts: number;
}

export function createMetrics(
  liveCalls: () => number,
  logState: () => LogState,
  pageState: () => PageState,
): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });

  new Gauge({
    name: 'ringdown_calls_live',
    help: 'Calls in progress.',
    registers: [registry],
    collect() {
      this.set(liveCalls());
    },
  });
  new Gauge({
    name: 'ringdown_call_log_troubles',
    help: 'What the call log suffers from: 0 when all is well.',
    registers: [registry],
    collect() {
      this.set(logState().troubles);
    },
  });
  new Gauge({
    name: 'ringdown_call_log_waiting_events',
    help: 'Events that wait in memory until the call log works again.',
    registers: [registry],
    collect() {
      this.set(logState().waitingEvents);
    },
  });
  new Gauge({
    name: 'ringdown_call_logs_set_aside',
    help: 'Call logs that lie set aside, and whose calls are missing in the log: 0 when all is well.',
    registers: [registry],
    collect() {
      this.set(logState().setAside);
    },
  });
  addPageMetrics(registry, pageState);
  const ended = new Counter({
    name: 'ringdown_calls_ended_total',
    help: 'Calls that ended, by reason.',
    labelNames: ['reason'],
    registers: [registry],
  });
  const interruptions = new Counter({
    name: 'ringdown_interruptions_total',
    help: 'Times a caller cut in while the agent was speaking.',
    registers: [registry],
  });
  const problems = new Counter({
    name: 'ringdown_problems_total',
    help: 'Things that went wrong on a call, by code.',
    labelNames: ['code'],
    registers: [registry],
  });
  const wrongPasswords = new Counter({
    name: 'ringdown_wrong_passwords_total',
    help: 'Passwords that were none, by whether there was room to make whoever tried them wait.',
    labelNames: ['answer'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'ringdown_call_seconds',
    help: 'How long calls lasted.',
    buckets: [5, 15, 30, 60, 120, 300, 600, 1800, 3600],
    registers: [registry],
  });

  const knownCodes = new Set<string>();
  const labelFor = (code: string) => {
    if (knownCodes.size < MOST_CODES) knownCodes.add(code);
    return knownCodes.has(code) ? code : 'other';
  };
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    wrongPassword: (answer) => wrongPasswords.inc({ answer }),
    observer(_callId, event) {
      if (event.type === 'interrupted') interruptions.inc();
      if (event.type === 'problem') problems.inc({ code: labelFor(event.code) });
      if (event.type === 'ended') {
        ended.inc({ reason: event.reason });
        seconds.observe(event.atMs / 1000);
      }
    },
  };
}

function addPageMetrics(registry: Registry, pageState: () => PageState): void {
  new Gauge({
    name: 'ringdown_pages_waiting',
    help: 'Pages, exports and answers of the API that wait to be made.',
    registers: [registry],
    collect() {
      this.set(pageState().waiting);
    },
  });
  new Gauge({
    name: 'ringdown_event_streams_open',
    help: 'Pages that are told of live calls as they happen.',
    registers: [registry],
    collect() {
      this.set(pageState().streams);
    },
  });
  new Counter({
    name: 'ringdown_pages_refused_total',
    help: 'Pages that were not made, because too many were asked for at once.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(pageState().refused);
    },
  });
  new Counter({
    name: 'ringdown_page_thread_restarts_total',
    help: 'How often the thread that makes pages has died and was begun again.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(pageState().restarts);
    },
  });
}

/** Codes come from the model's side: no server may fill our memory, or a dashboard, with them. */
const MOST_CODES = 50;
