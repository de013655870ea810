import type { Request, Response } from 'express';
import { unreachable } from '../../errors.ts';
import { RETRY_LOG_S, troubleWords } from '../pages/words.ts';
import { noSuchCall, say } from '../routing/say.ts';
import type { Answer } from './page-queue.ts';
import type { Bytes, LogTrouble, PageRequest } from './page-requests.ts';
import type { Pages } from './pages.ts';

/** Answers a request with what is made for it. */
export async function answerWith(
  pages: Pages,
  wanted: PageRequest,
  request: Request,
  response: Response,
): Promise<void> {
  await send(await pages.make(wanted, leaving(response)), request, response);
}

export async function send(answer: Answer, request: Request, response: Response): Promise<void> {
  switch (answer.type) {
    case 'whole':
      return sendWhole(answer, response);
    case 'file':
      return sendFile(response, answer.path, { 'Content-Type': answer.contentType });
    case 'nothing':
      return noSuchCall(request, response);
    case 'no_log':
      return sayNoLog(answer.trouble, request, response);
    case 'busy':
    case 'gone':
      return sayLater(answer.type, request, response);
    case 'failed':
      throw new Error(`This could not be made: ${answer.message}`);
    default:
      return unreachable(answer);
  }
}

/** That what is kept cannot be read, since when, and when to ask again. */
export function sayNoLog(trouble: LogTrouble, request: Request, response: Response): void {
  response.set('Retry-After', String(RETRY_LOG_S));
  const more = { reason: trouble.reason, since: new Date(trouble.sinceWallMs).toISOString() };
  say(request, response, 503, troubleWords(trouble), more);
}

export function sayLater(why: 'busy' | 'gone', request: Request, response: Response): void {
  response.set('Retry-After', String(RETRY_S));
  say(request, response, 503, LATER[why]);
}

/** Aborted when whoever asked has left. */
export function leaving(response: Response): AbortSignal {
  const left = new AbortController();
  if (response.destroyed) left.abort();
  else response.once('close', () => left.abort());
  return left.signal;
}

/** As fast as it is taken, and no further ahead. Whoever leaves in the middle of it is no mistake of ours. */
async function sendWhole(
  { contentType, fileName, bytes, rest }: Extract<Answer, { type: 'whole' }>,
  response: Response,
): Promise<void> {
  try {
    if (fileName !== null) response.attachment(fileName);
    response.set('Content-Type', contentType);
    if (rest === null) response.set('Content-Length', String(bytes.length));
    for (let piece: Bytes | null = bytes; piece !== null; piece = (await rest?.next()) ?? null)
      if (!(await written(piece, response))) return;
    response.end();
  } finally {
    rest?.stop();
  }
}

/** False: whoever asked has left. */
function written(bytes: Bytes, response: Response): Promise<boolean> {
  return new Promise((resolve) => {
    const leave = () => resolve(false);
    if (response.destroyed) return leave();
    response.once('close', leave);
    response.write(bytes, (error) => {
      response.off('close', leave);
      // Given back at once: left to the garbage collector, a hundred pages would lie about, and calls wait for it.
      bytes.buffer.transfer(0);
      resolve(!error);
    });
  });
}

const LATER = {
  busy: 'Too many pages are asked for at once, and calls come first. Try again in a moment.',
  gone: 'Pages cannot be made at this moment: what makes them is being started again. Calls go on. Try again in a moment.',
} as const;
const RETRY_S = 2;

/** Sends a file, with ranges, so that one can jump to the end of an hour. Whoever leaves early is no mistake of ours. */
export function sendFile(
  response: Response,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  const options = { headers, cacheControl: false, dotfiles: 'allow' } as const;
  return new Promise((resolve, reject) => {
    response.sendFile(path, options, (error) => {
      if (!error || response.headersSent || isAborted(error)) resolve();
      else reject(error);
    });
  });
}

/** Express's own name for it, when the answer had not begun. */
function isAborted(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNABORTED';
}
