import { type DestinationStream, destination, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { LogLevel } from './config.ts';

/** JSON lines on stdout; in a terminal, lines for people. A reader that falls behind loses lines, never holds up a call. */
export function createLogger(level: LogLevel): Logger {
  return pino({ level, base: null }, process.stdout.isTTY ? forPeople() : forMachines());
}

function forMachines(): DestinationStream {
  const stdout = destination({ dest: 1, sync: false, maxLength: MOST_WAITING_BYTES });
  stdout.on('error', () => {}); // whoever read us has gone; the calls have not
  return stdout;
}

function forPeople(): DestinationStream {
  return pretty({ translateTime: 'HH:MM:ss.l', ignore: 'pid,hostname', colorize: true });
}

const MOST_WAITING_BYTES = 1024 * 1024;
