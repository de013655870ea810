import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agentClip } from '../../src/practice/voice.ts';
import {
  chromiumPath,
  MICROPHONE_FLAGS,
  startBrowser,
  type WatchedPage,
  watchedPage,
} from '../support/a-browser.ts';
import { spokenIntoTheMicrophone } from '../support/a-microphone.ts';
import { aReviewHouse, type ReviewHouse } from '../support/a-review-house.ts';
import { softphoneCalls } from '../support/a-softphone-house.ts';

if (chromiumPath === null) console.warn('Skipped: the phone in a browser. There is no chromium on the PATH.');

describe.skipIf(chromiumPath === null)('the phone in a browser', { timeout: 40_000 }, () => {
  let browser: Browser;
  let directory: string;
  let house: ReviewHouse;
  let watched: WatchedPage;
  let phone: ReturnType<typeof softphoneCalls>;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ringdown-microphone-'));
    const microphone = join(directory, 'microphone.wav');
    writeFileSync(microphone, spokenIntoTheMicrophone('opening_hours'));
    browser = await startBrowser(MICROPHONE_FLAGS(microphone));
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(directory, { recursive: true, force: true });
  });
  beforeEach(async () => {
    phone = softphoneCalls();
    house = await aReviewHouse(undefined, {
      parts: { live: phone.live },
      takers: [phone.carrier.upgrade ?? (() => false)],
    });
    watched = await watchedPage(browser, house.url);
    await watched.page.goto('/phone');
    await watched.page.getByRole('button', { name: 'Ring' }).click();
    await watched.page.getByText('You are on the line.').waitFor();
  });
  afterEach(async () => {
    await watched.context.close();
    await house.close();
    expect(watched.offences).toEqual([]);
  });

  it('is understood by the practice model’s ears, in frames of twenty milliseconds', async () => {
    const { otherEnd } = phone;

    await expect.poll(() => otherEnd.heard, { timeout: 15_000 }).toContain('opening_hours');
    expect([...otherEnd.frameBytes]).toEqual([160]);
    expect(otherEnd.timesMs.every((atMs, i) => i === 0 || atMs - (otherEnd.timesMs[i - 1] ?? 0) === 20)).toBe(
      true,
    );
    await watched.page.locator('#transcript .line', { hasText: 'When are you open?' }).waitFor();
  });

  it('plays the answer aloud, and its mark comes back once that was heard', async () => {
    const { otherEnd } = phone;
    const before = otherEnd.timesMs.length;
    otherEnd.say('parking', 'heard');
    const loudness = () =>
      watched.page.locator('#ear').evaluate((bar) => ('value' in bar ? Number(bar.value) : 0));
    await expect.poll(loudness, { timeout: 10_000, interval: 20 }).toBeGreaterThan(20);
    expect(otherEnd.happened).toEqual([]);
    await expect.poll(() => otherEnd.happened, { timeout: 20_000 }).toEqual(['mark heard']);

    // By the line's own clock: a phone that only swallows the sound is done with it at once.
    const tookMs = 20 * (otherEnd.timesMs.length - before);
    expect(tookMs).toBeGreaterThan(agentClip('parking').samples.length / 24 / 2);
  });

  it('falls silent when it is told to, and returns what marks were waiting', async () => {
    const { otherEnd } = phone;
    otherEnd.say('opening_hours', 'never heard');
    const before = otherEnd.timesMs.length;
    otherEnd.leg?.clear();

    await expect.poll(() => otherEnd.happened, { timeout: 10_000 }).toEqual(['mark never heard']);
    expect(20 * (otherEnd.timesMs.length - before)).toBeLessThan(5_000); // twelve seconds were to be played
  });

  it('has keys, and a way to hang up that the house hears of', async () => {
    const { page } = watched;
    await page.locator('#keypad').getByRole('button', { name: '5' }).click();
    await page.keyboard.press('#');
    await page.getByRole('button', { name: 'Hang up' }).click();

    await expect.poll(() => phone.otherEnd.happened.slice(0, 3)).toEqual(['key 5', 'key #', 'gone hung_up']);
    expect(await page.getByRole('button', { name: 'Ring' }).isVisible()).toBe(true);
    expect(await page.locator('#state').textContent()).toBe('You have hung up.');
  });

  it('sends silence while it is not held to talk', async () => {
    const { page } = watched;
    await page.locator('#push-to-talk').check();
    await expect
      .poll(() => page.locator('#mouth').evaluate((bar) => ('value' in bar ? Number(bar.value) : 1)))
      .toBe(0);
    const heardBefore = phone.otherEnd.heard.length;
    const framesBefore = phone.otherEnd.timesMs.length;

    await expect
      .poll(() => phone.otherEnd.timesMs.length, { timeout: 20_000 })
      .toBeGreaterThan(framesBefore + 300);
    expect(phone.otherEnd.heard.length - heardBefore).toBeLessThanOrEqual(1); // what was being said when it was let go
  });

  it('says so when the house hangs up', async () => {
    phone.otherEnd.leg?.close();

    await expect.poll(() => watched.page.locator('#state').textContent()).toBe('The call is over.');
  });
});
