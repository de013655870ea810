import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { freePort, isReady } from './a-port.ts';

/** The program itself, in a process and on a clock of its own: practice mode, unless told otherwise. */
export interface HouseProcess {
  readonly url: string;
  close(): Promise<void>;
}

export async function aHouseProcess(
  directory: string,
  environment: Record<string, string> = {},
  mostDescriptors: number | null = null,
): Promise<HouseProcess> {
  const port = await freePort();
  const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
  const env = { PORT: String(port), DATA_DIR: directory, LOG_LEVEL: 'error', ...environment };
  const limited = mostDescriptors === null ? '' : `ulimit -n ${mostDescriptors} && `;
  const child = spawn('sh', ['-c', `${limited}exec "$0" "$1"`, process.execPath, main], {
    env,
    stdio: 'ignore',
  });
  const url = `http://localhost:${port}`;
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error(`The house did not open: it left with ${child.exitCode}.`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    url,
    async close() {
      if (child.exitCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
