import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningApp, startApp } from '../../src/app/app.ts';
import { readConfig } from '../../src/app/config.ts';
import { chromiumPath, MICROPHONE_FLAGS, startBrowser, watchedPage } from '../support/a-browser.ts';
import { spokenIntoTheMicrophone } from '../support/a-microphone.ts';

if (chromiumPath === null)
  console.warn('Skipped: a whole call from a browser. There is no chromium on the PATH.');

describe.skipIf(chromiumPath === null)('a whole call from a browser', { timeout: 60_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'ringdown-whole-call-'));
  let browser: Browser;
  let app: RunningApp;
  beforeAll(async () => {
    const microphone = join(directory, 'microphone.wav');
    writeFileSync(microphone, spokenIntoTheMicrophone('parking', { quietBeforeS: 6, quietAfterS: 12 }));
    browser = await startBrowser(MICROPHONE_FLAGS(microphone));
    app = await startApp(readConfig({ PORT: '0', DATA_DIR: directory }), pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await browser?.close();
    await app?.close(0);
    rmSync(directory, { recursive: true, force: true });
  });

  it('is greeted, understood and answered, and can be read afterwards', async () => {
    const { page, context, offences } = await watchedPage(browser, app.localUrl);
    await page.goto('/phone');
    await page.getByRole('button', { name: 'Ring' }).click();

    await page
      .locator('#transcript .line.agent', { hasText: 'Harbour Opticians' })
      .waitFor({ timeout: 20_000 });
    await page
      .locator('#transcript .line.caller', { hasText: 'somewhere to park' })
      .waitFor({ timeout: 20_000 });
    const loudness = () => page.locator('#ear').evaluate((bar) => ('value' in bar ? Number(bar.value) : 0));
    await expect.poll(loudness, { timeout: 10_000, interval: 20 }).toBeGreaterThan(20);
    await page
      .locator('#transcript .line.agent', { hasText: 'car park behind the church' })
      .waitFor({ timeout: 20_000 });
    await page.getByRole('button', { name: 'Hang up' }).click();

    await page.getByRole('link', { name: 'Everything about this call' }).click();
    await page.waitForURL(/\/calls\/browser-/);
    await expect
      .poll(() => page.reload().then(() => page.locator('.facts').textContent()), { timeout: 5_000 })
      .toContain('caller hung up');
    expect(await page.locator('.line.agent p').last().textContent()).toContain('car park behind the church');
    await context.close();
    expect(offences).toEqual([]);
  });
});
