import type { Express } from 'express';
import { callsApi, oneCallApi, reviewApi } from './api/calls.ts';
import { describedRoute } from './api/described.ts';
import { listenInRoute, liveApi } from './api/live.ts';
import { assetRoute } from './pages/assets.ts';
import type { PageContext } from './pages/page-context.ts';
import { phonePage } from './pages/phone-page.ts';
import { reviewPages } from './pages/routes.ts';
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
