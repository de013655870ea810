import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, startBrowser, watchedPage } from '../support/a-browser.ts';
import { everythingHappens } from '../support/a-recorded-call.ts';
import { aReviewHouse } from '../support/a-review-house.ts';

if (chromiumPath === null)
  console.warn('Skipped: hostile words in a browser. There is no chromium on the PATH.');

/** Everything does the same if it is run: opens a dialog, or asks somebody else for something. */
const RUN = 'alert(1)';
const EVENTS = [
  'onerror',
  'onload',
  'onfocus',
  'onmouseover',
  'ontoggle',
  'onanimationstart',
  'onpointerenter',
  'onbegin',
];
const TAGS = [
  'img src=x',
  'svg',
  'body',
  'details open',
  'video src=x',
  'audio src=x',
  'iframe',
  'input autofocus',
  'marquee',
  'object data=x',
  'math',
  'select autofocus',
];
const CORPUS: readonly string[] = [
  ...TAGS.flatMap((tag) => EVENTS.map((event) => `<${tag} ${event}=${RUN}>`)),
  `<script>${RUN}</script>`,
  `"><script>${RUN}</script>`,
  `'><img src=x onerror=${RUN}>`,
  `" autofocus onfocus=${RUN} x="`,
  `</p></li></ol><script>${RUN}</script>`,
  `</title><script>${RUN}</script>`,
  `</pre></details><svg><script>${RUN}</script></svg>`,
  `</textarea><script>${RUN}</script>`,
  `<iframe srcdoc="<script>parent.${RUN}</script>"></iframe>`,
  `<a href="javascript:${RUN}">x</a>`,
  `<form action="javascript:${RUN}"><button autofocus>x</button></form>`,
  `<base href="https://elsewhere.example/">`,
  `<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">`,
  `<link rel="stylesheet" href="https://elsewhere.example/x.css">`,
  `<style>@import 'https://elsewhere.example/x.css';</style>`,
  `<img src="https://elsewhere.example/x.png">`,
  `<!--><script>${RUN}</script>-->`,
  `<svg><style><img src=x onerror=${RUN}></style></svg>`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `\u003cscript\u003e${RUN}\u003c/script\u003e`,
  '{{constructor.constructor("alert(1)")()}}',
  `$${'{alert(1)}'}`,
  `\u202e<script>${RUN}</script>`,
  `<scr\u0000ipt>${RUN}</scr\u0000ipt>`,
];

describe.skipIf(chromiumPath === null)('U2: hostile words in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser?.close());

  it('are shown as words and do nothing, wherever they come in', async () => {
    expect(CORPUS.length).toBeGreaterThan(100);
    const house = await aReviewHouse();
    const all = CORPUS.join('\n');
    const words = {
      callerWords: all,
      agentWords: all,
      toolArguments: all,
      toolOutput: JSON.stringify({ all }),
      summary: all,
    };
    const events = everythingHappens({
      ...words,
      rang: {
        from: CORPUS[96] ?? '',
        to: `"><script>${RUN}</script>`,
        agent: `<img src=x onerror=${RUN}>`,
        model: `'"><svg onload=${RUN}>`,
      },
    });
    await house.keep('CA1', events, true);
    for (const [index, text] of CORPUS.entries())
      await house.store.review('CA1', {
        type: 'note',
        note: { noteId: `n${index}`, atMs: index % 2 ? 5_000 : null, text, wallMs: 0 },
      });
    for (const tag of [`<img src=x onerror=${RUN}>`, `" onfocus=${RUN} autofocus x="`])
      await house.store.review('CA1', { type: 'tag', tag });
    house.live.rings('CAlive', { from: `<img src=x onerror=${RUN}>`, agent: all });
    for (const event of events.slice(1))
      if (event.type !== 'ended') house.live.happens('CAlive', event.atMs, event);
    const { page, context, offences } = await watchedPage(browser, house.url);

    await page.goto('/calls/CA1');
    await page.locator('#wave > div').first().waitFor();
    for (const summary of await page.locator('summary').all()) await summary.click();
    await expect.poll(() => page.locator('#event-lines li').count()).toBeGreaterThan(10);
    expect(await page.locator('.line.caller p').first().textContent()).toContain(`<script>${RUN}</script>`);
    expect(await page.locator('#notes li').count()).toBe(CORPUS.length);
    for (const path of [
      '/',
      '/?columns=who,agent,model,tools,summary,flags',
      '/live',
      '/numbers',
      `/?q=${encodeURIComponent(all.slice(0, 190))}`,
      `/?tag=${encodeURIComponent(`"><script>${RUN}</script>`)}`,
    ]) {
      await page.goto(path);
      if (path === '/live') await page.locator('#transcript .line').first().waitFor();
    }
    // Nothing but what we wrote ourselves has become part of a page.
    expect(
      await page
        .locator(
          'main script, main iframe, main object, main base, main style, main [onerror], main [onload]',
        )
        .count(),
    ).toBe(0);
    await context.close();
    await house.close();

    expect(offences).toEqual([]);
  });

  it('would still not run, had one become markup', async () => {
    const house = await aReviewHouse();
    const { page, context, offences } = await watchedPage(browser, house.url);
    await page.goto('/');
    await page.evaluate(
      `document.body.insertAdjacentHTML('beforeend', '<img src="/assets/none" onerror="${RUN}"><a href="javascript:${RUN}" id="trap">x</a><div style="color:red">x</div>')`,
    );
    await page.locator('#trap').click();

    await expect.poll(() => offences.filter((offence) => offence.startsWith('policy: '))).toHaveLength(3);
    expect(offences.filter((offence) => offence.startsWith('dialog'))).toEqual([]);
    await context.close();
    await house.close();
  });
});
