import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { betaRefused } from './client-events.ts';
import { RequestError } from './request-error.ts';

/** What becomes of somebody who knocks. */
export type Admission =
  | { readonly type: 'welcome'; readonly kind: 'realtime' | 'transcription'; readonly model: string }
  /** Refused in the words of HTTP, before the upgrade. */
  | { readonly type: 'refused'; readonly status: number; readonly error: RequestError }
  /** Let in to be told why not, and sent away with code 4000. */
  | { readonly type: 'turned_away'; readonly error: RequestError };

const PATH = /\/v1\/realtime\/?$/;
const KEY_PROTOCOL = 'openai-insecure-api-key.';

/** Who may come in, and to what. */
export function admit(address: string, headers: IncomingHttpHeaders, wrongKey: string): Admission {
  const url = new URL(address, 'http://practice.invalid');
  if (!PATH.test(url.pathname)) {
    return refused(404, new RequestError('not_found', `There is nothing at ${url.pathname}.`));
  }
  const keyProblem = checkKey(headers, wrongKey);
  if (keyProblem !== null) return refused(401, keyProblem);
  if (headers['openai-beta'] !== undefined) return { type: 'turned_away', error: betaRefused() };
  const model = url.searchParams.get('model');
  const intent = url.searchParams.get('intent');
  const callId = url.searchParams.get('call_id');
  if (callId !== null) {
    return refused(404, new RequestError('call_id_not_found', 'The practice model has no calls to join.'));
  }
  if (intent === 'transcription' && model === null) {
    return { type: 'welcome', kind: 'transcription', model: 'gpt-realtime-whisper' };
  }
  if (model === null || model === '') {
    const error = new RequestError('missing_model', 'You must provide a model parameter.', 'model');
    return { type: 'turned_away', error: error.closing() };
  }
  return { type: 'welcome', kind: 'realtime', model };
}

/** Any key will do here, except none and the one that is known to be wrong. */
function checkKey(headers: IncomingHttpHeaders, wrongKey: string): RequestError | null {
  const key = keyOf(headers);
  if (key === null) {
    const message =
      'Missing bearer authentication in header. Send "Authorization: Bearer KEY" or "api-key: KEY".';
    return new RequestError(null, message);
  }
  return key === wrongKey ? new RequestError('invalid_api_key', 'Incorrect API key provided.') : null;
}

function keyOf(headers: IncomingHttpHeaders): string | null {
  const bearer = /^Bearer\s+(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const azure = headers['api-key'];
  if (typeof azure === 'string' && azure !== '') return azure;
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const spoken = protocols.find((name) => name.startsWith(KEY_PROTOCOL));
  return spoken === undefined ? null : spoken.slice(KEY_PROTOCOL.length);
}

function refused(status: number, error: RequestError): Admission {
  return { type: 'refused', status, error };
}

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
const MODELS_PATH = /\/v1\/models(?:\/([^/]+))?\/?$/;

/** Answers the two questions about models that somebody who checks a key asks. */
export function answerModels(request: IncomingMessage, response: ServerResponse, wrongKey: string): void {
  request.resume();
  const { pathname } = new URL(request.url ?? '/', 'http://practice.invalid');
  const found = MODELS_PATH.exec(pathname);
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
