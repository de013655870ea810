import { createHash } from 'node:crypto';
import { join } from 'node:path';

/**
 * Where the recording of a call lies. Call ids come from outside: one that is more than letters, digits and dashes
 * is known by its digest. The two kinds begin differently, so that no id can pass for another.
 */
export function recordingPath(directory: string, callId: string): string {
  const name = PLAIN.test(callId) ? `c-${callId}` : `h-${createHash('sha256').update(callId).digest('hex')}`;
  return join(recordingsDirectory(directory), `${name}${EXTENSION}`);
}

export function recordingsDirectory(directory: string): string {
  return join(directory, 'recordings');
}

export function isRecordingName(name: string): boolean {
  return /^(c-[A-Za-z0-9_-]{1,64}|h-[0-9a-f]{64})\.wav$/.test(name);
}

/** Null where the name is a digest. */
export function callIdOf(name: string): string | null {
  return name.startsWith('c-') ? name.slice(2, -EXTENSION.length) : null;
}

const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;
const EXTENSION = '.wav';
