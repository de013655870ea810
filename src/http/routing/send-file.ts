import type { Response } from 'express';

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
