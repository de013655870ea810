import { readdirSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import type { Request, Response } from 'express';
import { z } from 'zod';
import { callFilter, callQueryOf, callsPageQuery, lookedFor } from '../api/call-query.ts';
import type { PageRequest } from '../making/page-requests.ts';
import type { Pages } from '../making/pages.ts';
import { answerWith, leaving, send, sendFile } from '../making/send.ts';
import { callId, ofCall, type Route, route } from '../routing/route.ts';
import { noSuchCall } from '../routing/say.ts';
import { html } from './html.ts';
import { layout, visitOf } from './layout.ts';
import type { PageContext } from './page-context.ts';
import { RETRY_LOG_S } from './words.ts';

/** The pages that people read: which there are. What stands on them is made elsewhere. */
export function reviewPages({ pages }: PageContext): readonly Route[] {
  return [
    route('get /', {
      says: 'The calls.',
      needs: 'viewer',
      query: callsPageQuery,
      async handle({ query: filter, request }, response) {
        const wanted = {
          type: 'calls_page',
          filter,
          query: callQueryOf(filter),
          search: lookedFor(addressOf(request), 'columns'),
          visit: visitOf(response),
        } as const;
        await send(await orThoseThatGoOn(pages, wanted, response), request, response);
      },
    }),
    route('get /calls/:callId', {
      says: 'One call.',
      needs: 'viewer',
      params: ofCall,
      handle: ({ params, request }, response) =>
        answerWith(
          pages,
          { type: 'call_page', callId: params.callId, visit: visitOf(response) },
          request,
          response,
        ),
    }),
    route('get /live', {
      says: 'The calls that go on.',
      needs: 'viewer',
      query: z.object({ call: callId.optional() }),
      handle: ({ query, request }, response) =>
        answerWith(
          pages,
          { type: 'live_page', watched: query.call ?? null, visit: visitOf(response) },
          request,
          response,
        ),
    }),
    route('get /numbers', {
      says: 'What the calls amount to, day by day.',
      needs: 'viewer',
      query: callFilter,
      handle({ query: filter, request }, response) {
        const wanted = {
          type: 'numbers_page',
          filter,
          query: callQueryOf(filter),
          search: lookedFor(addressOf(request)),
          visit: visitOf(response),
        } as const;
        return answerWith(pages, wanted, request, response);
      },
    }),
  ];
}

/** The calls that go on are known without a log, and are shown when it cannot be read. */
async function orThoseThatGoOn(
  pages: Pages,
  wanted: Extract<PageRequest, { type: 'calls_page' }>,
  response: Response,
): ReturnType<Pages['make']> {
  const left = leaving(response);
  const answer = await pages.make(wanted, left);
  if (answer.type !== 'no_log') return answer;
  const { visit } = wanted;
  const instead = await pages.make({ type: 'live_calls_page', trouble: answer.trouble, visit }, left);
  if (instead.type !== 'whole') return instead;
  response.status(503).set('Retry-After', String(RETRY_LOG_S));
  return instead;
}

function addressOf({ originalUrl }: Request): URLSearchParams {
  return new URL(originalUrl, 'http://here').searchParams;
}

/**
 * The files that pages are made of: ours as they lie in `src/http/browser`, and three of other
 * people's straight from their packages. Only what is listed here when the program starts is
 * ever served, so no name in an address leads anywhere else.
 */
export function assetRoute(): Route {
  return route('get /assets/*path', {
    says: 'A file that pages are made of.',
    needs: 'nobody',
    params: z.strictObject({ path: z.array(z.string()).max(3) }),
    handle({ params, request }, response) {
      const file = FILES.get(params.path.join('/'));
      if (file === undefined) return noSuchCall(request, response);
      // Asked for again each time, and answered with "not changed": nothing here has a version in its name.
      return sendFile(response, file, { 'Cache-Control': 'no-cache' });
    },
  });
}

const OWN = join(import.meta.dirname, '../browser');

const FILES: ReadonlyMap<string, string> = new Map([
  ...readdirSync(OWN)
    .filter((name) => /\.(js|css|svg)$/.test(name))
    .map((name) => [name, join(OWN, name)] as const),
  ['vendor/wavesurfer.js', packaged('wavesurfer.js', 'dist/wavesurfer.esm.js')],
  ['vendor/uplot.js', packaged('uplot', 'dist/uPlot.esm.js')],
  ['vendor/uplot.css', packaged('uplot', 'dist/uPlot.min.css')],
]);

function packaged(name: string, file: string): string {
  const description = findPackageJSON(name, import.meta.url);
  if (description === undefined) throw new Error(`The package ${name} is not there: run npm ci.`);
  return join(dirname(description), file);
}

/** A telephone in the browser, which rings this house as a carrier would. */
export function phonePage(): Route {
  return route('get /phone', {
    says: 'The browser’s own phone.',
    needs: 'operator',
    handle(_input, response) {
      const body = html`<h1 class="quiet-title">Phone</h1>
<div class="columns phone">
<section class="card handset" aria-label="Phone">
  <p id="state" class="state" role="status">Ready to ring.</p>
  <div class="meters"><label>You <meter id="mouth" min="0" max="100" low="5" value="0"></meter></label>
  <label>Agent <meter id="ear" min="0" max="100" low="5" value="0"></meter></label></div>
  <div class="keypad" id="keypad">${'123456789*0#'.split('').map((key) => html`<button data-digit="${key}" disabled>${key}</button>`)}</div>
  <div class="row"><button class="main call-button" id="ring">Ring</button><button class="danger call-button" id="hang-up" hidden>Hang up</button></div>
  <label class="switch"><input type="checkbox" id="push-to-talk"> push to talk (hold the space bar, or the button)</label>
  <button id="talk" hidden>Hold to talk</button>
  <p class="complaint" id="complaint" role="alert" hidden></p>
  <noscript><p class="complaint">The phone needs JavaScript.</p></noscript>
</section>
<section class="card"><div class="spread"><h2>What is being said</h2><span class="pill" id="doing"></span></div><ol class="transcript" id="transcript"></ol><p class="fine"><a id="call-link" href="/" hidden>Everything about this call</a></p></section>
</div>`;
      response
        .type('html')
        .send(layout(visitOf(response), { title: 'Phone', here: '/phone', script: 'phone.js', body }));
    },
  });
}
