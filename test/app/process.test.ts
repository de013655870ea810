import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { whyNotStarted } from '../../src/app/process.ts';

const CONFIG = { host: 'nowhere.invalid', port: 1, dataDir: '/dev/null/data' };

async function failureOf(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('It did not fail.');
}

const listening = (port: number, host: string) =>
  failureOf(() => new Promise((_, reject) => void createServer().on('error', reject).listen(port, host)));

describe('a start that fails', () => {
  it('is told as trouble with the port where listening failed', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const address = taken.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;

    expect(whyNotStarted(await listening(port, '127.0.0.1'), CONFIG)).toContain('Port 1 is taken');
    expect(whyNotStarted(await listening(0, '203.0.113.9'), CONFIG)).toContain('check HOST and PORT');
    expect(whyNotStarted(await listening(0, 'nowhere.invalid'), CONFIG)).toContain('check HOST and PORT');
    taken.close();
  });

  it('is told as trouble with the folder where that failed', async () => {
    const error = await failureOf(() => mkdirSync('/dev/null/data/recordings', { recursive: true }));

    expect(whyNotStarted(error, CONFIG)).toMatch(
      /^\/dev\/null\/data.* cannot be used \(ENOTDIR\): check DATA_DIR/,
    );
  });

  it('is told as it is where it is about anything else, whatever code it has', () => {
    const refused = Object.assign(new Error('no database'), { code: 'ECONNREFUSED', syscall: 'connect' });

    expect(whyNotStarted(refused, CONFIG)).toContain('no database');
    expect(whyNotStarted(refused, CONFIG)).not.toContain('PORT');
  });
});
