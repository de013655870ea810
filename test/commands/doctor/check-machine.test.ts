import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/app/config.ts';
import { checkDescriptors, checkMachine } from '../../../src/commands/doctor/check-machine.ts';
import { freePort } from '../../support/a-port.ts';
import { aFolder } from '../../support/temp-folder.ts';
import { TestClock } from '../../support/test-clock.ts';

describe('what the doctor says of the files and sockets that may be open', () => {
  it.each([
    ['is content with many', 20_000, 'good', 'enough for MAX_CALLS=100'],
    ['says for how many calls few are enough', 256, 'note', 'about 40 calls'],
    ['knows when there is no room for a single call', 32, 'bad', 'LimitNOFILE'],
    ['does not guess', null, 'note', 'not checked'],
  ])('%s', (_what, limit, state, words) => {
    const finding = checkDescriptors(100, limit);

    expect(finding.state).toBe(state);
    expect(finding.text).toContain(words);
  });
});

describe('what the doctor says of the machine', () => {
  const findingOn = async (about: string, environment: Record<string, string>, clock = new TestClock()) => {
    const findings = await checkMachine(readConfig({ OPENAI_API_KEY: 'sk-1', ...environment }), clock);
    return findings.find((finding) => finding.about === about);
  };
  /** A server of the vendor's whose clock is ahead of ours by so much; null: it does not say what time it is. */
  async function aVendor(clock: TestClock, aheadMs: number | null): Promise<string> {
    const server = createServer((_request, response) => {
      if (aheadMs === null) response.sendDate = false;
      else response.setHeader('Date', new Date(clock.wallMs() + aheadMs).toUTCString());
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    return `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  }

  it.each([
    ['right within a minute', 55_000, 'good', 'The clock is right.'],
    ['slow', 90_000, 'bad', 'off by -90 s'],
    ['fast', -90_000, 'bad', 'off by 90 s'],
    ['one that nobody compares', null, 'note', 'does not say what time it is'],
  ])('knows a clock that is %s', async (_what, aheadMs, state, words) => {
    const clock = new TestClock();
    clock.advance(1_000 - (clock.wallMs() % 1_000)); // as exact as a header can be
    const { path } = aFolder({});

    const finding = await findingOn(
      'clock',
      { DATA_DIR: path, OPENAI_BASE_URL: await aVendor(clock, aheadMs) },
      clock,
    );

    expect(finding).toMatchObject({ state, text: expect.stringContaining(words) });
  });

  it('takes a network that is not there for no fault of the clock', async () => {
    const OPENAI_BASE_URL = `http://127.0.0.1:${await freePort()}`;

    expect(await findingOn('clock', { DATA_DIR: aFolder({}).path, OPENAI_BASE_URL })).toMatchObject({
      state: 'note',
      text: expect.stringContaining('cannot be reached'),
    });
  });

  it('tries whether data can be kept, and leaves nothing behind', async () => {
    const OPENAI_BASE_URL = `http://127.0.0.1:${await freePort()}`;
    const { path } = aFolder({ 'a-file': '' });
    const [good, bad] = [join(path, 'data'), join(path, 'a-file')];

    expect(await findingOn('data', { DATA_DIR: good, OPENAI_BASE_URL })).toMatchObject({ state: 'good' });
    expect(existsSync(join(good, '.doctor'))).toBe(false);
    expect(await findingOn('data', { DATA_DIR: bad, OPENAI_BASE_URL })).toMatchObject({
      state: 'bad',
      text: expect.stringMatching(/\((EEXIST|ENOTDIR)\).*Set DATA_DIR/),
    });
  });
});
