import type { Cancel, Clock } from './ports/clock.ts';

/** The real clock. Its timers never keep a process alive by themselves: what is alive is the calls. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  after: (ms, run) => cancelling(setTimeout(run, ms)),
  every: (ms, run) => cancelling(setInterval(run, ms)),
};

function cancelling(timer: NodeJS.Timeout): Cancel {
  timer.unref();
  return () => clearTimeout(timer);
}
