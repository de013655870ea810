import type { Response } from 'express';

/**
 * What browsers are told about every answer of ours: run nothing but our own files, send nothing
 * anywhere else, keep no copy. The one style that a library writes itself carries the page's nonce.
 */
export function safeguards(response: Response): void {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonceOf(response)}'`,
    "img-src 'self'",
    "media-src 'self'",
    "connect-src 'self'",
    "worker-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  response.set({
    'Content-Security-Policy': policy.join('; '),
    'Cache-Control': 'no-store',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'microphone=(self), camera=(), geolocation=()',
    'Referrer-Policy': 'same-origin', // with none at all, forms would hide the origin that we check
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  });
}

/** The word that only this answer knows. */
export function nonceOf(response: Response): string {
  const nonce: unknown = response.locals['nonce'];
  return typeof nonce === 'string' ? nonce : '';
}
