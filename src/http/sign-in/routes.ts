import type { Response } from 'express';
import { z } from 'zod';
import { html } from '../pages/html.ts';
import { layout, visitOf } from '../pages/layout.ts';
import { type Route, route } from '../routing/route.ts';
import { SLOW_DOWN, slowDown } from '../routing/say.ts';
import type { Gate } from './gate.ts';
import { noTicketCookies, ticketCookie } from './sessions.ts';

/** Coming in and going out. */
export function signInRoutes(gate: Gate): readonly Route[] {
  return [
    route('get /sign-in', {
      says: 'The page that asks for the password.',
      needs: 'nobody',
      query: z.object({ next: nextPath }),
      handle({ query }, response) {
        if (!gate.hasPassword) return response.redirect(303, '/');
        response.type('html').send(signInPage(response, query.next, null));
      },
    }),
    route('post /sign-in', {
      says: 'Takes the password, and gives a session cookie.',
      needs: 'nobody',
      body: z.object({ password: z.string().max(512), next: nextPath }),
      async handle({ body, request }, response) {
        if (!gate.hasPassword) return response.redirect(303, '/');
        const role = await gate.roleFor(request, body.password);
        if (role === null || role === 'slow_down') {
          const became = role ?? 'wrong';
          if (became === 'slow_down') response.set(SLOW_DOWN);
          response.status(became === 'wrong' ? 401 : 429).type('html');
          response.send(signInPage(response, body.next, COMPLAINTS[became]));
          return;
        }
        // The browser knows best whether it came here over TLS; proxies before us may not say.
        const isSecure = request.headers.origin?.startsWith('https:') === true;
        response.append('Set-Cookie', ticketCookie(gate.open(role, body.password), isSecure));
        response.redirect(303, body.next);
      },
    }),
    route('post /sign-out', {
      says: 'Ends the session.',
      needs: 'nobody',
      async handle({ request }, response) {
        if ((await gate.end(request)) === 'slow_down') return slowDown(request, response);
        for (const cookie of noTicketCookies()) response.append('Set-Cookie', cookie);
        response.redirect(303, '/sign-in');
      },
    }),
  ];
}

/** Where to go on: a path of ours and nothing else, however it is spelt. */
const nextPath = z
  .string()
  .max(2_000)
  .default('/')
  .transform((path) => {
    const url = path.startsWith('/') ? URL.parse(path, OURS) : null;
    return url?.origin === OURS ? `${url.pathname}${url.search}`.replace(/^\/{2,}/, '/') : '/';
  });
const OURS = 'http://ringdown.invalid';

const COMPLAINTS = {
  wrong: 'This password is not the right one.',
  slow_down:
    'Too many passwords are being tried at the moment, and this one was not looked at. Try again in a while.',
} as const;

function signInPage(response: Response, next: string, complaint: string | null): string {
  return layout(visitOf(response), {
    title: 'Sign in',
    here: null,
    body: html`<section class="narrow card"><h1>Sign in</h1>
<form method="post" action="/sign-in" class="stack">
  <label class="stack">Password <input type="password" name="password" autocomplete="current-password" required autofocus></label>
  <input type="hidden" name="next" value="${next}">
  ${complaint !== null && html`<p class="complaint" role="alert">${complaint}</p>`}
  <button class="main">Sign in</button>
</form></section>`,
  });
}
