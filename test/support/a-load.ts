import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { LoadOrder, LoadResult } from '../../src/bench/load.ts';

export interface RunningLoad {
  /** Where its model is. */
  readonly modelUrl: string;
  measure(order: Omit<Extract<LoadOrder, { type: 'measure' }>, 'type'>): Promise<LoadResult>;
  end(): void;
}

/** The callers and the model of the bench, in a process of their own. */
export async function aLoad(): Promise<RunningLoad> {
  const child: ChildProcess = fork(join(import.meta.dirname, '../../src/bench/load.ts'), {
    stdio: 'inherit',
  });
  const { modelUrl } = await new Promise<{ modelUrl: string }>((resolve) => child.once('message', resolve));
  return {
    modelUrl,
    measure: (order) =>
      new Promise((resolve) => {
        child.once('message', (message: LoadResult) => resolve(message));
        child.send({ type: 'measure', ...order } satisfies LoadOrder);
      }),
    end: () => void child.kill(),
  };
}
