import type { LogLine } from './tool-host.ts';

/**
 * Makes log lines of what tools print, before it leaves their thread: a tool that floods its output would
 * otherwise keep the thread busy that carries the calls.
 */
export function catchOutput(log: LogLine): void {
  catchStream(process.stdout, (text) => log('info', text));
  catchStream(process.stderr, (text) => log('warn', text));
}

function catchStream(stream: NodeJS.WriteStream, line: (text: string) => void): void {
  stream.write = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => {
    const text = (typeof chunk === 'string' ? chunk.slice(0, MOST_CHARS) : '(bytes)').trimEnd();
    if (text !== '') line(text);
    const written = rest.find((argument) => typeof argument === 'function');
    if (written) queueMicrotask(() => written());
    return true;
  };
}

const MOST_CHARS = 4_000;
