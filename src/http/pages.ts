import { randomBytes } from 'node:crypto';
import express, {
  type ErrorRequestHandler,
  type Express,
  type NextFunction,
  type Request,
  type Response,
} from 'express';
import { z } from 'zod';
import { callsApi, oneCallApi, reviewApi } from './api/calls.ts';
import { describedRoute } from './api/described.ts';
import { listenInRoute, liveApi } from './api/live.ts';
import { sayNoLog } from './making/send.ts';
import type { PageContext } from './pages/page-context.ts';
import { assetRoute, phonePage, reviewPages } from './pages/routes.ts';
import { LONGEST_BODY_KB, misunderstanding, ONLY_JSON, unreadable } from './routing/misunderstood.ts';
import { deedOf, type Route } from './routing/route.ts';
import { safeguards } from './routing/safeguards.ts';
import { isForPage, say, slowDown } from './routing/say.ts';
import { Gate, type Refusal } from './sign-in/gate.ts';
import { signInRoutes } from './sign-in/routes.ts';

/** Every route for people and their programs. */
export function pageRoutes(house: PageContext, gate: Gate): readonly Route[] {
  return [
    ...reviewPages(house),
    phonePage(),
    assetRoute(),
    ...signInRoutes(gate),
    describedRoute(),
    ...callsApi(house),
    ...liveApi(house),
    listenInRoute(house),
    ...oneCallApi(house),
    ...reviewApi(house),
  ];
}

/** Puts the review pages, the API, sign-in and the phone into the house. */
export function mountPages(app: Express, house: PageContext): void {
  const gate = new Gate(house);
  app.use((_request, response, next) => {
    response.locals['warnings'] = house.warnings();
    next();
  });
  mountRoutes(app, pageRoutes(house, gate), gate, house);
}

/** Puts routes into the house, each behind the gate. */
function mountRoutes(
  app: Express,
  routes: readonly Route[],
  gate: Gate,
  { told, logTroubleOf }: Pick<PageContext, 'told' | 'logTroubleOf'>,
): void {
  const router = express.Router({ caseSensitive: true, strict: true });
  for (const route of routes) {
    router[route.method](
      route.path,
      async (request: Request, response: Response, next: NextFunction) => {
        response.locals['nonce'] = randomBytes(16).toString('base64');
        safeguards(response);
        const actsOn = route.method !== 'get' || route.isStream;
        const verdict = await gate.judge(request, route.needs, actsOn);
        response.locals['visitor'] = verdict.visitor;
        const deed = deedOf(route, request, verdict.visitor);
        // A flood of guesses is told of as one: a line for each would be a flood of its own.
        const tell = () => void (deed && response.statusCode !== 429 && told(deed(response)));
        if (!verdict.may) {
          refuse(request, response, verdict.because);
          return tell();
        }
        if (route.isStream) response.locals['began'] = tell;
        else response.once('close', tell);
        next();
      },
      // Nothing of a body is read before it is known that its sender may send one.
      express.json({ limit: LONGEST_BODY, strict: true }),
      route.path.startsWith('/api/')
        ? onlyJson
        : express.urlencoded({ extended: false, limit: LONGEST_BODY }),
      unreadableBody,
      async (request: Request, response: Response, next: NextFunction) => {
        try {
          await route.handle(request, response, response.locals['visitor']);
          response.locals['began']?.(); // a stream is told of now, not only when it is over
        } catch (error) {
          if (error instanceof z.ZodError) say(request, response, 400, misunderstanding(error, route.door));
          else {
            const trouble = response.headersSent ? null : logTroubleOf(error);
            if (trouble) sayNoLog(trouble, request, response);
            else next(error);
          }
        }
      },
    );
  }
  app.use(router);
}

function refuse(request: Request, response: Response, because: Refusal): void {
  if (because === 'slow_down') return slowDown(request, response);
  if (because === 'sign_in' && isForPage(request) && request.method === 'GET') {
    const next = request.originalUrl === '/' ? '' : `?next=${encodeURIComponent(request.originalUrl)}`;
    return response.redirect(303, `/sign-in${next}`);
  }
  const isUnknown = because === 'sign_in' || because === 'wrong_password';
  if (isUnknown) response.set('WWW-Authenticate', 'Bearer realm="Ringdown"');
  say(request, response, isUnknown ? 401 : 403, REFUSALS[because]);
}

/** A form's fields, or text of no kind at all, would be taken for nothing, and the route would miss what was sent. */
function onlyJson(request: Request, response: Response, next: NextFunction): void {
  const { 'content-length': length = '0', 'transfer-encoding': pieces } = request.headers;
  const hasBody = length !== '0' || pieces !== undefined;
  if (hasBody && request.is('application/json') === false) say(request, response, 415, ONLY_JSON);
  else next();
}

const unreadableBody: ErrorRequestHandler = (error, request, response, next) => {
  const known = unreadable(error);
  if (known) say(request, response, known.status, known.sentence);
  else next(error);
};

const REFUSALS = {
  closed:
    'Without REVIEW_PASSWORD these pages are open to this machine only: under the name localhost, not through a proxy, and only while nothing is configured for calls from outside. Set REVIEW_PASSWORD, then sign in.',
  sign_in: 'Sign in first, or send the password as a bearer token.',
  wrong_password: 'This password is not the right one.',
  not_allowed: 'This needs the operator’s password.',
  foreign_site:
    'This has to be asked for by a page of this site, and the browser says that another one asked. If this site has another address than the server knows, set PUBLIC_URL.',
  no_origin:
    'It is not said which page asks for this. A program sends the password (Authorization: Bearer …); with a cookie, send the address of this site besides (Origin: http://localhost:3000).',
} as const satisfies Record<Exclude<Refusal, 'slow_down'>, string>;

const LONGEST_BODY = LONGEST_BODY_KB * 1024;
