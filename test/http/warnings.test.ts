import { expect, it, onTestFinished } from 'vitest';
import { aReviewHouse } from '../support/a-review-house.ts';

it('says on every page why calls may be missing, and nothing to strangers', async () => {
  const warnings = ['The disk of the call log is <full>. Calls go on.'];
  const open = await aReviewHouse(undefined, { parts: { warnings: () => warnings } });
  const shut = await aReviewHouse(
    { operator: ['a long password of ours'], viewer: [] },
    { parts: { warnings: () => warnings } },
  );
  onTestFinished(async () => {
    await open.close();
    await shut.close();
  });
  await open.keep('CA1');

  for (const path of ['/', '/live', '/numbers', '/phone', '/calls/CA1', '/calls/none'])
    expect([path, await (await open.ask(path)).text()]).toEqual([
      path,
      expect.stringContaining('role="status">The disk of the call log is &lt;full&gt;. Calls go on.</p>'),
    ]);
  warnings.pop();
  expect(await (await open.ask('/')).text()).not.toContain('class="warning"');
  warnings.push('again');
  expect(await (await shut.ask('/sign-in')).text()).not.toContain('again');
});
