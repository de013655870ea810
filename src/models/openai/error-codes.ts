import type { SessionLost } from '../../ports/session.ts';
import type { ServerError } from './server-events.ts';

/** What an error means for the session: the reason it is lost for, or null, as most errors end nothing. */
export function lossOf(error: ServerError): SessionLost | null {
  return FATAL[error.code ?? ''] ?? null;
}

/** Errors that are part of two sides talking at once, and need nobody's attention. */
export function isHarmless(error: ServerError): boolean {
  return HARMLESS.has(error.code ?? '');
}

/** Codes end up in logs and metrics: whatever is not written like one may be anybody's words, and stays out of there. */
export function codeOf(text: string): string {
  return /^[\w./-]{1,80}$/.test(text) ? text : 'unreadable_code';
}

/** Why an answer ended as it did: seen as an object, as a bare string, and as nothing at all. */
export function detailOf(details: unknown): string {
  if (typeof details === 'string') return details;
  if (typeof details !== 'object' || details === null) return 'unexplained';
  if ('reason' in details && typeof details.reason === 'string') return details.reason;
  const error = 'error' in details ? details.error : null;
  const hasCode = typeof error === 'object' && error !== null && 'code' in error;
  return hasCode && typeof error.code === 'string' ? error.code : 'unexplained';
}

export const BUSY_CODE = 'conversation_already_has_active_response';

const FATAL: Readonly<Record<string, SessionLost>> = {
  session_expired: 'expired',
  invalid_api_key: 'refused',
  account_deactivated: 'refused',
  insufficient_quota: 'refused',
  billing_hard_limit_reached: 'refused',
  credit_balance_exhausted: 'refused',
  beta_api_shape_disabled: 'refused',
  missing_model: 'refused',
};

const HARMLESS: ReadonlySet<string> = new Set([
  'response_cancel_not_active',
  'input_audio_buffer_commit_empty',
]);
