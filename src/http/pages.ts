import type { Express } from 'express';
import { callsApi } from './api/calls.ts';
import { describedRoute } from './api/described-route.ts';
import { listenInRoute } from './api/listen-in.ts';
import { liveApi } from './api/live.ts';
import { oneCallApi } from './api/one-call.ts';
import { reviewApi } from './api/review.ts';
import { assetRoute } from './pages/assets.ts';
import type { PageContext } from './pages/page-context.ts';
import { reviewPages } from './pages/routes.ts';
import { phonePage } from './phone/page.ts';
import { mountRoutes } from './routing/mount.ts';
import type { Route } from './routing/route.ts';
import { Gate } from './sign-in/gate.ts';
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
