import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/**
 * Lets people's requests in a few at a time. Five hundred pages that come back after a restart, all in one moment,
 * would otherwise be answered in one go, and calls wait for the end of it. Carriers' requests wait for nobody.
 */
export function inTurns(handle: RequestListener): RequestListener {
  const waiting: (readonly [IncomingMessage, ServerResponse])[] = [];
  const letIn = () => {
    for (const [request, response] of waiting.splice(0, AT_ONCE)) handle(request, response);
    if (waiting.length > 0) setImmediate(letIn);
  };
  return (request, response) => {
    if (request.url?.startsWith('/twilio/')) return handle(request, response);
    waiting.push([request, response]);
    if (waiting.length === 1) setImmediate(letIn);
  };
}

/** About a millisecond's work. */
const AT_ONCE = 4;
