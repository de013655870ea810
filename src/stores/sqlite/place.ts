import { join } from 'node:path';

/** The embedded database's place in a data directory. */
export function databasePath(directory: string): string {
  return join(directory, 'calls.db');
}
