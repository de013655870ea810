import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { agentClip, callerClip } from '../../src/practice/voice.ts';
import { chromiumPath, startBrowser, type WatchedPage, watchedPage } from '../support/a-browser.ts';
import { aHouseAtACarrier, REVIEW_PASSWORD } from '../support/a-call-at-the-carrier.ts';

if (chromiumPath === null)
  console.warn('Skipped: live calls in a browser. There is no chromium on the PATH.');

/** Keeps how loud both sides of what a page plays have been. */
const LISTENER = `(() => {
  window.loudest = { caller: 0, agent: 0 };
  const meters = new WeakMap();
  const { connect } = AudioNode.prototype;
  AudioNode.prototype.connect = function (to, ...rest) {
    if (to instanceof AudioDestinationNode) connect.call(this, meterOf(this.context));
    return connect.call(this, to, ...rest);
  };
  function meterOf(context) {
    if (meters.has(context)) return meters.get(context);
    const sides = context.createChannelSplitter(2);
    meters.set(context, sides);
    ['caller', 'agent'].forEach((who, side) => {
      const meter = context.createAnalyser();
      connect.call(sides, meter, side);
      const wave = new Float32Array(meter.fftSize);
      setInterval(() => {
        meter.getFloatTimeDomainData(wave);
        window.loudest[who] = Math.max(window.loudest[who], ...wave.map(Math.abs));
      }, 20);
    });
    return sides;
  }
})()`;

/** Keeps what lines that are being said have said, step by step. */
const GROWTH = `(() => {
  window.grown = [];
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes)
        if (node instanceof Element && node.classList.contains('is-being-said'))
          window.grown.push(node.querySelector('p').textContent);
  }).observe(document, { subtree: true, childList: true });
})()`;

describe.skipIf(chromiumPath === null)('a live call in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let house: Awaited<ReturnType<typeof aHouseAtACarrier>>;
  let watched: WatchedPage;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    house = await aHouseAtACarrier();
    watched = await watchedPage(browser, house.url);
    await watched.context.addInitScript({ content: LISTENER });
    await watched.page.goto('/sign-in');
    await watched.page.getByLabel('Password').fill(REVIEW_PASSWORD);
    await watched.page.getByRole('button', { name: 'Sign in' }).click();
    await watched.page.waitForURL('**/');
  });
  afterEach(async () => {
    await watched.context.close();
    expect(watched.offences).toEqual([]);
    expect(house.log.filter((line) => JSON.parse(line).level >= 50)).toEqual([]);
  });

  /** A line of the transcript on the page. */
  const said = (who: 'caller' | 'agent', words: string) =>
    watched.page.locator(`#transcript .line.${who}`, { hasText: words });
  const doing = () => watched.page.locator('#watch-doing').textContent();

  it('is written down as it happens, and a note reaches the model, who goes by it', async () => {
    const { page } = watched;
    await page.setViewportSize({ width: 390, height: 500 });
    await page.goto('/live');
    await page.getByText('Nobody is on the line.').waitFor();
    const { line, callSid } = await house.ring({ from: '+441632960777' });
    await said('agent', 'Harbour Opticians, good day.').waitFor();
    expect(await page.locator('#watch-who').textContent()).toBe('+441632960777');
    await expect.poll(doing, { timeout: 10_000 }).toBe('listening'); // its words are there before they are all heard
    line.speak(callerClip('parking').mulaw);
    await said('caller', 'somewhere to park').waitFor();
    await expect.poll(doing).toBe('agent speaks');
    expect(await page.evaluate('scrollY')).toBe(0); // what is said does not take the page from its reader

    const note = `Say exactly: “${agentClip('no_free_time').text}”`;
    await page.getByLabel('Note for the agent').fill(note);
    await page.getByRole('button', { name: 'Send' }).click();
    await page.locator('#transcript .marker', { hasText: note }).waitFor();
    expect(await page.getByLabel('Note for the agent').inputValue()).toBe('');
    expect(house.toModel).toContainEqual(
      expect.objectContaining({
        type: 'conversation.item.create',
        item: { type: 'message', role: 'system', content: [{ type: 'input_text', text: note }] },
      }),
    );
    expect(house.model.sessions[0]?.items.map(({ item }) => item)).toContainEqual(
      expect.objectContaining({ role: 'system', content: [{ type: 'input_text', text: note }] }),
    );

    await said('agent', 'a one minute walk').waitFor(); // the note itself makes nobody speak
    line.speak(callerClip('free_appointments').mulaw);
    await said('agent', agentClip('no_free_time').text).waitFor({ timeout: 15_000 });
    expect(house.factsOf(callSid).filter(({ type }) => type === 'problem')).toEqual([]);
    line.hangUp();
    await expect.poll(doing).toBe('over');
  });

  it('shows the agent’s words as they are heard, and where the caller cuts in, what was heard', async () => {
    const { page } = watched;
    await page.addInitScript({ content: GROWTH });
    await page.goto('/live');
    const { line } = await house.ring();
    await said('agent', 'Harbour Opticians, good day.').waitFor();
    await expect.poll(doing, { timeout: 10_000 }).toBe('listening'); // its words are there before they are all heard
    line.speak(callerClip('opening_hours').mulaw);
    const answer = page.locator('#transcript .line.agent', { hasText: 'On weekdays' });
    await expect
      .poll(async () => ((await answer.textContent()) ?? '').length, { timeout: 20_000 })
      .toBeGreaterThan(60);
    expect(await answer.getAttribute('class')).toContain('is-being-said');
    line.speak(callerClip('parking').mulaw);
    const unheard = answer.locator('del');
    await unheard.waitFor({ timeout: 10_000 });

    expect(await answer.getAttribute('class')).not.toContain('is-being-said');
    const whole = agentClip('opening_hours').text;
    const heard = ((await answer.locator('p').textContent()) ?? '').replace(
      (await unheard.textContent()) ?? '',
      '',
    );
    expect(whole.startsWith(heard.trim())).toBe(true);
    const grown = (await page.evaluate<string[]>('grown')).filter((words) => words.startsWith('On weekdays'));
    expect(grown.length).toBeGreaterThan(3);
    expect(grown.every((words, n) => whole.startsWith(words) && words.startsWith(grown[n - 1] ?? ''))).toBe(
      true,
    );
    line.hangUp();
    await expect.poll(doing).toBe('over');
  });

  it('can be listened to, both sides, until it is over', async () => {
    const { page } = watched;
    const { line } = await house.ring();
    await page.goto('/live');
    await page.getByRole('button', { name: 'Listen in' }).click();
    const loudest = () => page.evaluate<{ caller: number; agent: number }>('loudest');
    await expect.poll(async () => (await loudest()).agent, { timeout: 10_000 }).toBeGreaterThan(0.05);
    expect((await loudest()).caller).toBeLessThan(0.01); // nobody has said anything there yet

    line.speak(callerClip('parking').mulaw);
    await expect.poll(async () => (await loudest()).caller, { timeout: 10_000 }).toBeGreaterThan(0.05);
    expect(await page.getByRole('button', { name: 'Stop listening' }).count()).toBe(1);

    line.hangUp();
    await page.getByRole('button', { name: 'Listen in' }).waitFor({ timeout: 10_000 });
    await expect.poll(doing).toBe('over');
  });

  it('is hung up from the page: at the phone, in the model, and in what is kept of it', async () => {
    const { page } = watched;
    const { line, callSid } = await house.ring();
    // What happens is written down a moment later, and the list shows what is written.
    const listed = async () => {
      await page.goto('/');
      return page.locator('tr.is-live').count();
    };
    await expect.poll(listed, { timeout: 10_000 }).toBe(1);
    await page.locator('tr.is-live td.c-summary').click();
    await page.waitForURL(`**/calls/${callSid}`);
    await page.goto('/live');
    await said('agent', 'Harbour Opticians').waitFor();
    await page.getByRole('button', { name: 'Hang up' }).click();

    await expect.poll(() => line.isOpen).toBe(false);
    await expect.poll(doing).toBe('over');
    expect(house.requests.map(({ path, body }) => [path.includes(callSid), body])).toEqual([
      [true, 'Status=completed'],
    ]);
    expect(house.model.sessions).toEqual([]);
    await page.getByText('Nobody is on the line.').waitFor();

    await page.getByRole('link', { name: 'Everything about this call' }).click();
    await page.waitForURL(`**/calls/${callSid}`);
    await expect
      .poll(() => page.reload().then(() => page.locator('.facts').textContent()), { timeout: 5_000 })
      .toContain('operator hung up');
    expect(house.factsOf(callSid).filter(({ type }) => type === 'ended')).toEqual([
      expect.objectContaining({ reason: 'operator_hung_up' }),
    ]);
  });

  it('is passed on to whom the agent may pass calls on to, and to nobody else', async () => {
    const { page } = watched;
    const { line, callSid } = await house.ring();
    await page.goto('/live');
    await said('agent', 'Harbour Opticians').waitFor();
    expect(await page.getByLabel('Transfer to').locator('option').allTextContents()).toEqual(['colleague']);
    await page.getByRole('button', { name: 'Transfer' }).click();

    await expect.poll(() => line.isOpen, { timeout: 15_000 }).toBe(false);
    expect(house.requests).toEqual([
      expect.objectContaining({
        path: expect.stringContaining(callSid),
        body: expect.stringContaining(encodeURIComponent('<Number>+441632960042</Number>')),
      }),
    ]);
    await house.transferEnded(callSid, 'completed');
    await expect.poll(doing).toBe('over');
    await page.getByRole('link', { name: 'Everything about this call' }).click();
    await page.waitForURL(`**/calls/${callSid}`);
    await expect
      .poll(() => page.reload().then(() => page.locator('.facts').textContent()), { timeout: 5_000 })
      .toContain('transferred');
  });
});
