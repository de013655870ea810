/** Where time comes from. Calls ask it, so that a test can hand them a clock it turns by hand. */
export interface Clock {
  /** Milliseconds that only ever go forward; where they start means nothing. */
  now(): number;
  /** The time of day, in milliseconds since 1970: for stamps that people read, never for measuring. */
  wallMs(): number;
  /** Runs once, after that long. */
  after(ms: number, run: () => void): Cancel;
  /** Runs again and again, until cancelled. */
  every(ms: number, run: () => void): Cancel;
}

/** Calls a timer off. A second time is quiet. */
export type Cancel = () => void;

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
