import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chromiumPath, startBrowser, type WatchedPage, watchedPage } from '../support/a-browser.ts';
import { END_MS, everythingHappens, PARKING_QUESTION_MS } from '../support/a-recorded-call.ts';
import { aReviewHouse, type ReviewHouse } from '../support/a-review-house.ts';
import { eventsOf, rang, SEED_WALL_MS } from '../support/logged-calls.ts';

if (chromiumPath === null)
  console.warn('Skipped: the review pages in a browser. There is no chromium on the PATH.');

describe.skipIf(chromiumPath === null)('the review pages in a browser', { timeout: 30_000 }, () => {
  let browser: Browser;
  let house: ReviewHouse;
  let watched: WatchedPage;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    house = await aReviewHouse();
    await house.keep('CA1', everythingHappens({ rang: { from: '+441632960018' } }), true);
    await house.keep(
      'CA2',
      everythingHappens({
        callerWords: 'Do you sell sunglasses?',
        rang: { wallMs: SEED_WALL_MS - 86_400_000, from: '+4930901820' },
      }),
    );
    const silent = [
      [0, rang({ wallMs: SEED_WALL_MS - 2 * 86_400_000 })],
      [3_000, { type: 'ended', reason: 'never_connected' }],
    ] as const;
    await house.keep('CA3', eventsOf(silent));
    watched = await watchedPage(browser, house.url);
  });
  afterEach(async () => {
    await watched.context.close();
    await house.close();
    expect(watched.offences).toEqual([]);
    expect(house.crashes).toEqual([]);
  });

  it('list the calls, find one by what was said, and keep the search in the address', async () => {
    const { page } = watched;
    await page.goto('/');
    expect(await page.locator('tr[data-call]').count()).toBe(3);

    await page.keyboard.press('/');
    await page.keyboard.type('sunglasses');
    await page.keyboard.press('Enter');
    await page.waitForURL(/q=sunglasses/);
    expect(
      await page
        .locator('tr[data-call]')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-call'))),
    ).toEqual(['CA2']);
    expect(page.url()).not.toContain('agent=');

    await page.reload();
    expect(await page.locator('input[name="q"]').inputValue()).toBe('sunglasses');
    await page.locator('tr[data-call] td.c-summary').click();
    await page.waitForURL('**/calls/CA2');
  });

  it.each([[1280], [390]])('show all of every call at a width of %i, whoever rang', async (width) => {
    const { page } = watched;
    await house.keep(
      'CA4',
      everythingHappens({ rang: { from: `sip:${'reception.'.repeat(9)}@example.com` } }),
    );
    await page.setViewportSize({ width, height: 800 });
    await page.goto('/');

    const edges = await page
      .locator('tr[data-call]')
      .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().right));
    expect(edges).toHaveLength(4);
    expect(Math.max(...edges)).toBeLessThanOrEqual(width);
  });

  it('filter, choose columns, and hand out what is shown', async () => {
    const { page } = watched;
    await page.goto('/');
    await page.getByText('Filters').click();
    await page.locator('select[name="end"]').selectOption('never_connected');
    await page.getByText('Columns').click();
    await page.getByRole('checkbox', { name: 'Model' }).check();
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL(/end=never_connected/);
    expect(await page.locator('tr[data-call]').count()).toBe(1);
    expect(await page.locator('th').allTextContents()).toContain('Model');

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'CSV' }).click(),
    ]);
    const csv = await readFile(await download.path(), 'utf8');
    expect(csv.trimEnd().split('\r\n')).toHaveLength(2);
    expect(csv).toContain('"CA3"');
  });

  it('walk through the list and into a call by keys alone', async () => {
    const { page } = watched;
    await page.goto('/');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/calls/CA2');
    await page.keyboard.press('u');
    await page.waitForURL(`${house.url}/`);
  });

  it('play a call from the line one points at, with the place of it marked', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');
    await page.locator('#wave > div').first().waitFor();
    const soundAt = () =>
      page.locator('#sound').evaluate((sound) => ('currentTime' in sound ? Number(sound.currentTime) : -1));

    await page.locator('.line', { hasText: 'somewhere to park' }).locator('.at').click();
    await expect.poll(soundAt).toBeCloseTo(PARKING_QUESTION_MS / 1000, 1);
    expect(await page.locator('.line.is-now p').textContent()).toContain('somewhere to park');

    await page.keyboard.press(' ');
    await expect.poll(soundAt, { timeout: 5_000 }).toBeGreaterThan(PARKING_QUESTION_MS / 1000 + 0.5);
    await page.keyboard.press(' ');
    const before = await soundAt();
    await page.keyboard.press('ArrowLeft');
    await expect.poll(soundAt).toBeLessThan(before - 4);
  });

  it('leap over silence when asked to, and come closer to what one wants to see', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');
    await page.locator('#wave > div').first().waitFor();
    const width = () =>
      page
        .locator('#wave > div')
        .first()
        .evaluate((host) => host.shadowRoot?.querySelector('.wrapper')?.scrollWidth ?? 0);
    const before = await width();
    await page.locator('#zoom').fill('200');
    await expect.poll(width).toBeGreaterThan(2 * before);

    // The agent has just finished; the caller's goodbye comes a second and a half later.
    const soundAt = (property: string) => page.evaluate(`document.querySelector('#sound').${property}`);
    await page.locator('#skip').check();
    await soundAt('currentTime = 18.5');
    await page.locator('#play').click();
    await expect.poll(() => soundAt('currentTime'), { timeout: 8_000 }).toBeGreaterThan(20.4);
    expect(await soundAt('played.length')).toBe(2);
  });

  it('draw the interruption where it happened, within fifty milliseconds', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');
    await page.locator('#wave > div').first().waitFor();

    const share = await page
      .locator('#wave > div')
      .first()
      .evaluate((host) => {
        const marker = host.shadowRoot?.querySelector('[part~="marker-interruption"]');
        const wrapper = marker?.parentElement;
        if (!marker || !wrapper) return null;
        return (
          (marker.getBoundingClientRect().left - wrapper.getBoundingClientRect().left) /
          wrapper.getBoundingClientRect().width
        );
      });
    const onTheCallMs = (share ?? 0) * END_MS;
    expect(Math.abs(onTheCallMs - (PARKING_QUESTION_MS + 40))).toBeLessThan(50);
  });

  it('strike out what was not heard, and unfold what a tool was asked and told', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');

    expect(await page.locator('.line.agent del').allTextContents()).toEqual([
      expect.stringMatching(/ten to four.*appointment\./),
    ]);
    const tool = page.locator('.tool', { hasText: 'find_parking' });
    expect(await tool.locator('pre').first().isVisible()).toBe(false);
    await tool.locator('summary').click();
    expect(await tool.locator('pre').allTextContents()).toEqual([
      expect.stringContaining('"near": "the church"'),
      expect.stringContaining('"free": true'),
    ]);

    await page.locator('#events summary').click();
    await page.locator('#event-filter').fill('tool_returned');
    await expect.poll(() => page.locator('#event-lines li').count()).toBe(2);
  });

  it('keep notes at their moment, tags, and what was reviewed', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');
    await page.locator('#wave > div').first().waitFor();
    await page.locator('.line', { hasText: 'somewhere to park' }).locator('.at').click();
    await page.locator('#note-form textarea').fill('Ask about the car park');
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Add note' }).click()]);
    await page.locator('#tag-form input').fill('parking');
    await Promise.all([page.waitForEvent('load'), page.locator('#tag-form input').press('Enter')]);
    await page.locator('#reviewed').check();

    await expect
      .poll(() => house.store.card('CA1'))
      .toMatchObject({ isReviewed: true, tags: ['parking'], notes: [{ text: 'Ask about the car park' }] });
    const atMs = (await house.store.card('CA1'))?.notes[0]?.atMs ?? 0;
    expect(Math.abs(atMs - PARKING_QUESTION_MS)).toBeLessThan(100);
    await page.reload();
    expect(await page.locator('#notes li').textContent()).toContain('Ask about the car park');
    await Promise.all([page.waitForEvent('load'), page.locator('[data-untag]').click()]);
    expect(await page.locator('#tags').textContent()).not.toContain('parking');
  });

  it('delete a call only when one says so twice', async () => {
    const { page } = watched;
    await page.goto('/calls/CA1');
    await page.locator('#delete').click();
    await page.getByRole('button', { name: 'Keep it' }).click();
    expect(await house.store.card('CA1')).not.toBeNull();

    await page.locator('#delete').click();
    await page.getByRole('button', { name: 'Delete it' }).click();
    await page.waitForURL(`${house.url}/`);
    expect(await house.store.card('CA1')).toBeNull();
  });

  it('draw the numbers', async () => {
    const { page } = watched;
    await page.goto('/numbers');

    await expect.poll(() => page.locator('.chart canvas').count()).toBe(5);
    expect(await page.locator('#days tbody tr').count()).toBe(3);
  });

  it.each([['/'], ['/calls/CA1'], ['/live'], ['/numbers'], ['/phone']])(
    'fit on the screen of a phone: %s',
    async (path) => {
      const { page } = watched;
      await page.setViewportSize({ width: 360, height: 740 });
      await page.goto(path, { waitUntil: 'networkidle' }).catch(() => {}); // a stream is never idle
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
    },
    40_000,
  );
});
