import { readFileSync } from 'node:fs';
import { type Route, route } from '../routing/route.ts';

/** The API's own description, as a program reads it. */
export function describedRoute(): Route {
  return route('get /api/openapi.json', {
    says: 'This description.',
    needs: 'viewer',
    handle(_input, response) {
      response.type('application/json').send(DESCRIPTION);
    },
  });
}

const DESCRIPTION = readFileSync(new URL('./openapi.json', import.meta.url), 'utf8');
