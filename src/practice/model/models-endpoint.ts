import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkKey } from './handshake.ts';
import { RequestError } from './request-error.ts';

/** The models that can be asked about. A socket takes any name: a compatible server has its own. */
const MODELS: readonly string[] = [
  'practice',
  'gpt-realtime-2.1',
  'gpt-realtime-2.1-mini',
  'gpt-realtime-2',
  'gpt-realtime-1.5',
  'gpt-realtime',
  'gpt-realtime-mini',
  'gpt-realtime-whisper',
  'gpt-4o-transcribe',
  'gpt-4o-mini-transcribe',
];

/** 2025-08-28, the day of the first of them. */
const CREATED_S = 1_756_339_200;
const PATH = /\/v1\/models(?:\/([^/]+))?\/?$/;

/** Answers the two questions about models that somebody who checks a key asks. */
export function answerModels(request: IncomingMessage, response: ServerResponse, wrongKey: string): void {
  request.resume();
  const { pathname } = new URL(request.url ?? '/', 'http://practice.invalid');
  const found = PATH.exec(pathname);
  const keyProblem = checkKey(request.headers, wrongKey);
  if (keyProblem !== null) return send(response, 401, errorBody(keyProblem));
  if (found === null || request.method !== 'GET') {
    const message = `Unknown request URL: ${request.method} ${pathname}.`;
    return send(response, 404, errorBody(new RequestError('unknown_url', message)));
  }
  const id = found[1];
  if (id === undefined) return send(response, 200, { object: 'list', data: MODELS.map(model) });
  if (MODELS.includes(id)) return send(response, 200, model(id));
  const message = `The model '${id}' does not exist or you do not have access to it.`;
  send(response, 404, errorBody(new RequestError('model_not_found', message, 'model')));
}

/** An error as HTTP clients of the vendor expect it. */
export function errorBody({ kind, code, message, param }: RequestError): unknown {
  return { error: { message, type: kind, param, code } };
}

function model(id: string): unknown {
  return { id, object: 'model', created: CREATED_S, owned_by: 'practice' };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
