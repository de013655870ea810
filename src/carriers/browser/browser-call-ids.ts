import { randomBytes } from 'node:crypto';

/** A name for a call from the browser's own phone: as hard to guess as one of Twilio's, and never one of them. */
export function browserCallId(): string {
  return `${PREFIX}${randomBytes(16).toString('hex')}`;
}

/** Twilio knows nothing of these calls: it signs nothing for them, and cannot end or transfer them. */
export function isBrowserCall(callId: string): boolean {
  return callId.startsWith(PREFIX);
}

const PREFIX = 'browser-';
