import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where Chromium is on this machine; null: nowhere that is looked for programs. */
export const chromiumPath: string | null = findOnPath(['chromium', 'chromium-browser', 'google-chrome']);

export async function startBrowser(more: readonly string[] = []): Promise<Browser> {
  if (chromiumPath === null) throw new Error('There is no Chromium on the PATH.');
  return chromium.launch({ executablePath: chromiumPath, args: [...FLAGS, ...more], headless: true });
}

/** A page, and everything that a page of ours must not cause. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Violations of the policy, mistakes in scripts, dialogs, requests to anywhere else. */
  readonly offences: string[];
}

export async function watchedPage(
  browser: Browser,
  baseURL: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({
    baseURL,
    viewport: { width: 1280, height: 900 },
    timezoneId: 'Europe/London',
    locale: 'en-GB',
    ...options,
  });
  const offences: string[] = [];
  await context.addInitScript({ content: TELL_OF_VIOLATIONS });
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of 4\d\d/.test(message.text())) offences.push(message.text());
  });
  page.on('pageerror', (error) => offences.push(`script: ${error.message}`));
  page.on('dialog', (dialog) => {
    offences.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(baseURL) && !request.url().startsWith('blob:'))
      offences.push(`request: ${request.url()}`);
  });
  return { page, context, offences };
}

/** A microphone that hears what is in this file. */
export const MICROPHONE_FLAGS = (file: string): readonly string[] => [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  `--use-file-for-fake-audio-capture=${file}`,
];

const TELL_OF_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (violation) =>
  console.error('policy: ' + violation.violatedDirective + ' ' + violation.blockedURI + ' ' + violation.sample));`;

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

function findOnPath(names: readonly string[]): string | null {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      try {
        accessSync(join(directory, name), constants.X_OK);
        return join(directory, name);
      } catch {
        // not here
      }
    }
  }
  return null;
}
