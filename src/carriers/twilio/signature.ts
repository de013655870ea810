import type { IncomingMessage } from 'node:http';
import twilio from 'twilio';

export interface SignatureSurroundings {
  /** What Twilio signs with: two while one takes the other's place. None: signatures are not asked for. */
  readonly authTokens: readonly string[];
  /** The address by which Twilio knows us, as seen from a request. */
  readonly publicUrlOf: (request: IncomingMessage) => string;
  /** Whether a request may do without a signature where none are asked for: no browser was sent here by a stranger. */
  readonly mayComeUnsigned: (request: IncomingMessage) => boolean;
}

/** Whether requests come from Twilio: it signs them with the account's auth token. */
export class Signature {
  readonly #around: SignatureSurroundings;

  constructor(around: SignatureSurroundings) {
    this.#around = around;
  }

  /** Signatures are asked for; without an auth token that is for practice only. */
  get isAskedFor(): boolean {
    return this.#around.authTokens.length > 0;
  }

  /** `path` is the request's own, query included, as it was before anybody rewrote it. */
  isValidWebhook(request: IncomingMessage, path: string, form: Readonly<Record<string, unknown>>): boolean {
    return this.#isValid(request, this.#around.publicUrlOf(request) + path, form);
  }

  /** A socket is signed over its `ws(s)` address; the documentation asks to try a slash at its end, too. */
  isValidUpgrade(request: IncomingMessage): boolean {
    const url = this.#around.publicUrlOf(request).replace(/^http/, 'ws') + request.url;
    return this.#isValid(request, url, {}) || this.#isValid(request, `${url}/`, {});
  }

  #isValid(request: IncomingMessage, url: string, form: Readonly<Record<string, unknown>>): boolean {
    const { authTokens, mayComeUnsigned } = this.#around;
    if (!this.isAskedFor) return mayComeUnsigned(request);
    const signature = request.headers['x-twilio-signature'];
    return typeof signature === 'string' && authTokens.some((token) => isSigned(token, signature, url, form));
  }
}

function isSigned(
  token: string,
  signature: string,
  url: string,
  form: Readonly<Record<string, unknown>>,
): boolean {
  try {
    return twilio.validateRequest(token, signature, url, form);
  } catch {
    return false; // the library throws over addresses and parameters it cannot read
  }
}
