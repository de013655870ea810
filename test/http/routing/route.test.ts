import type { Request, Response } from 'express';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { callId, deedOf, ofCall, route } from '../../../src/http/routing/route.ts';
import type { Visitor } from '../../../src/http/sign-in/visitor.ts';

const visitor = { role: 'viewer' } as Visitor;
const response = { statusCode: 200 } as Response;
const request = (originalUrl: string, more: object = {}) =>
  ({ originalUrl, params: {}, ip: '10.0.0.1', ...more }) as unknown as Request;

/** What a route is handed of this query. */
function queryOf(search: string): Record<string, string | undefined> {
  let came: Record<string, string | undefined> = {};
  const reading = route('get /calls', {
    says: 'Reads.',
    needs: 'viewer',
    query: z.record(z.string(), z.string().optional()),
    handle: ({ query }) => {
      came = query;
    },
  });
  void reading.handle(request(`/calls${search}`), response, visitor);
  return came;
}

describe('the query of a request', () => {
  it('has each name once, what was given twice joined in its order', () => {
    expect(queryOf('?tag=a&from=1&tag=b&tag=c')).toEqual({ tag: 'a,b,c', from: '1' });
  });

  it('takes what was left empty for left out, before and behind a value', () => {
    expect(queryOf('?q=')).toEqual({ q: undefined });
    expect(queryOf('?tag=&tag=a&tag=&tag=b')).toEqual({ tag: 'a,b' });
    expect(queryOf('?q')).toEqual({ q: undefined });
  });

  it('is read as forms write it', () => {
    expect(queryOf('?q=a+b%26c&tz=Europe%2FBerlin')).toEqual({ q: 'a b&c', tz: 'Europe/Berlin' });
  });
});

describe('what a route lets in', () => {
  const spec = { says: 'Does.', needs: 'operator', handle: () => undefined } as const;

  it('is nothing but what it knows, where programs ask', () => {
    const taking = route('post /api/calls', { ...spec, query: z.object({ q: z.string().optional() }) });

    expect(() => taking.handle(request('/api/calls?q=1'), response, visitor)).not.toThrow();
    expect(() => taking.handle(request('/api/calls?p=1'), response, visitor)).toThrow(z.ZodError);
    expect(() => taking.handle(request('/api/calls', { body: { p: 1 } }), response, visitor)).toThrow(
      z.ZodError,
    );
  });

  it('is whatever others have added to the address of a page', () => {
    const page = route('get /calls', { ...spec, query: z.object({ q: z.string().optional() }) });

    expect(() => page.handle(request('/calls?utm_source=1'), response, visitor)).not.toThrow();
  });

  it('are no parts of a path that it does not name', () => {
    const bare = route('get /api/calls', spec);
    const named = route('get /api/calls/:callId', { ...spec, params: ofCall });

    expect(() => bare.handle(request('/', { params: { callId: 'CA1' } }), response, visitor)).toThrow();
    expect(() => named.handle(request('/', { params: { callId: 'CA1' } }), response, visitor)).not.toThrow();
  });
});

describe('a call’s id', () => {
  it('can stand in an address, and leads nowhere else', () => {
    const good = ['CA1', 'a_b-c', 'x'.repeat(64)];
    const bad = ['', '..', 'a/b', 'a.b', 'a b', 'CA1\n', 'é', 'x'.repeat(65)];

    expect(good.map((id) => callId.safeParse(id).success)).toEqual(good.map(() => true));
    expect(bad.map((id) => callId.safeParse(id).success)).toEqual(bad.map(() => false));
  });
});

describe('what the log is told of a request', () => {
  const spec = { says: 'Does.', needs: 'operator', handle: () => undefined } as const;

  it('is nothing of a look, and all of what was taken or done', () => {
    const look = route('get /api/calls', spec);
    const take = route('get /api/calls.csv', { ...spec, isTaken: true });
    const act = route('delete /api/calls', spec);

    expect(deedOf(look, request('/'), visitor)).toBeNull();
    expect(deedOf(take, request('/'), visitor)).not.toBeNull();
    expect(deedOf(act, request('/'), visitor)).not.toBeNull();
  });

  it('has the status that came of it in the end, and no name that is none of a call', () => {
    const act = route('delete /api/calls/:callId', { ...spec, params: ofCall });
    const deed = deedOf(act, request('/', { params: { callId: 'my secret' } }), visitor);

    expect(deed?.({ statusCode: 403 } as Response)).toEqual({
      route: 'delete /api/calls/:callId',
      role: 'viewer',
      from: '10.0.0.1',
      status: 403,
    });
  });
});
