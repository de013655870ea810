import type { IncomingHttpHeaders } from 'node:http';
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
export function checkKey(headers: IncomingHttpHeaders, wrongKey: string): RequestError | null {
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
