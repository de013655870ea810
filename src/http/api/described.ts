import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type Route, route } from '../routing/route.ts';

/** The routes of the API in the words of OpenAPI, for `openapi.json`; a test holds the two together. */
export function describeApi(routes: readonly Route[]): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes.filter(({ path }) => path.startsWith('/api/'))) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Ringdown', version: '1', description: 'Calls: to list, to read, to hear, to step into.' },
    security: [{ session: [] }, { password: [] }],
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: '__Host-ringdown' },
        password: { type: 'http', scheme: 'bearer', description: 'REVIEW_PASSWORD' },
      },
    },
  };
}

function operation({ door, says, needs, isStream, method }: Route): object {
  const parameters = [...parametersOf(door.params, 'path'), ...parametersOf(door.query, 'query')];
  const { $schema: _, ...body } = door.body ? z.toJSONSchema(door.body, { io: 'input' }) : {};
  const changes = method !== 'get' || isStream;
  return {
    summary: says,
    description: `Needs the role ${needs}.${changes ? ' With a session: only from a page of this site (Origin).' : ''}`,
    ...(parameters.length > 0 && { parameters }),
    ...(door.body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: {
      '2XX': { description: 'Done.' },
      '400': { description: 'Not understood: `error` says what was not, and what there is instead.' },
      '401': { description: 'Nobody we know.' },
      '403': { description: 'Not for this role, or not from a page of this site.' },
      '503': {
        description:
          'The call log cannot be reached, or too much is asked for at once: `Retry-After` says when to ask again.',
      },
    },
  };
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): readonly object[] {
  if (!(schema instanceof z.ZodObject)) return [];
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' });
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = typeof property === 'boolean' ? {} : property;
    return {
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(description !== undefined && { description }),
      schema: rest,
    };
  });
}

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
