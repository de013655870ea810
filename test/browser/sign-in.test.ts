import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, startBrowser, type WatchedPage, watchedPage } from '../support/a-browser.ts';
import { everythingHappens } from '../support/a-recorded-call.ts';
import { aReviewHouse, type ReviewHouse } from '../support/a-review-house.ts';

if (chromiumPath === null)
  console.warn('Skipped: signing in with a browser. There is no chromium on the PATH.');

describe.skipIf(chromiumPath === null)('signing in with a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let house: ReviewHouse;
  let watched: WatchedPage;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    house = await aReviewHouse({ operator: ['open the harbour'], viewer: ['look at the harbour'] });
    await house.keep('CA1', everythingHappens(), true);
    watched = await watchedPage(browser, house.url);
  });
  afterEach(async () => {
    await watched.context.close();
    await house.close();
    expect(watched.offences).toEqual([]);
  });

  const signIn = async (password: string) => {
    await watched.page.getByLabel('Password').fill(password);
    await watched.page.getByRole('button', { name: 'Sign in' }).click();
  };

  it('leads to the call one wanted, and out again', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');
    await page.waitForURL(/\/sign-in\?next=/);
    await signIn('not this');
    expect(await page.getByRole('alert').textContent()).toContain('not the right one');
    await signIn('open the harbour');
    await page.waitForURL('**/calls/CA1');
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in');
    await page.goto('/calls/CA1');
    expect(page.url()).toContain('/sign-in');
  });

  it('shows a viewer everything, and nothing to change it with', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');
    await signIn('look at the harbour');
    await page.waitForURL('**/calls/CA1');

    expect(await page.locator('#transcript .line').count()).toBe(7);
    for (const tool of ['#note-form', '#tag-form', '#reviewed', '#delete'])
      expect(await page.locator(tool).count()).toBe(0);
    const answer = await page.goto('/phone');
    expect(answer?.status()).toBe(403);
  });

  it('turns away a form on somebody else’s page', async () => {
    const { page } = watched;
    await page.goto('/sign-in');
    await signIn('open the harbour');
    await page.waitForURL(`${house.url}/`);
    const elsewhere = await aReviewHouse(); // another port is another site
    const status = await page.request
      .fetch(`${house.url}/api/calls/CA1`, { method: 'DELETE', headers: { Origin: elsewhere.url } })
      .then((response) => response.status());
    await elsewhere.close();

    expect(status).toBe(403);
    expect(await house.store.card('CA1')).not.toBeNull();
  });
});
