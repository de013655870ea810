import { z } from 'zod';
import type { Config } from './config.ts';

/**
 * Why the house could not be opened, and what to do. Only what the listening itself says is about the port: a database
 * or a folder has codes of its own.
 */
export function whyNotStarted(error: unknown, { host, port, dataDir }: StartedWith): string {
  const { code, syscall, path, hostname } = detailsOf(error);
  if (syscall === 'listen' || (syscall === 'getaddrinfo' && hostname === host)) {
    return code === 'EADDRINUSE'
      ? `Port ${port} is taken by another program: stop it, or set PORT.`
      : `${host} port ${port} cannot be listened on (${code}): check HOST and PORT.`;
  }
  if (path?.startsWith(dataDir))
    return `${path} cannot be used (${code}): check DATA_DIR, and who may write to it.`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

type StartedWith = Pick<Config, 'host' | 'port' | 'dataDir'>;

const word = z.string().optional().catch(undefined);
const systemError = z.object({ code: word, syscall: word, path: word, hostname: word });

function detailsOf(error: unknown): z.infer<typeof systemError> {
  return error instanceof Error ? systemError.parse({ ...error }) : systemError.parse({});
}
