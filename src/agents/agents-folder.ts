import { resolve } from 'node:path';
import type { Environment } from './environment.ts';

/** Where the agents are: `AGENTS_DIR`, or the example that comes with the house. */
export function agentsFolder(environment: Environment): string {
  const named = environment['AGENTS_DIR']?.trim();
  return named ? resolve(named) : import.meta.dirname;
}
