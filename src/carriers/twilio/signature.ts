import type { IncomingMessage } from 'node:http';
import twilio from 'twilio';

/** Whether requests come from Twilio: it signs them with the account's auth token. */
export class Signature {
  readonly #authToken: string | null;
  readonly #publicUrlOf: (request: IncomingMessage) => string;

  /** Without an auth token nothing is checked: that is for practice, on loopback. */
  constructor(authToken: string | null, publicUrlOf: (request: IncomingMessage) => string) {
    this.#authToken = authToken;
    this.#publicUrlOf = publicUrlOf;
  }

  /** `path` is the request's own, query included, as it was before anybody rewrote it. */
  isValidWebhook(request: IncomingMessage, path: string, form: Readonly<Record<string, unknown>>): boolean {
    return this.#isValid(request, this.#publicUrlOf(request) + path, form);
  }

  /** A socket is signed over its `ws(s)` address; the documentation asks to try a slash at its end, too. */
  isValidUpgrade(request: IncomingMessage): boolean {
    const url = this.#publicUrlOf(request).replace(/^http/, 'ws') + request.url;
    return this.#isValid(request, url, {}) || this.#isValid(request, `${url}/`, {});
  }

  #isValid(request: IncomingMessage, url: string, form: Readonly<Record<string, unknown>>): boolean {
    if (this.#authToken === null) return true;
    const signature = request.headers['x-twilio-signature'];
    if (typeof signature !== 'string') return false;
    try {
      return twilio.validateRequest(this.#authToken, signature, url, form);
    } catch {
      return false; // the library throws over addresses and parameters it cannot read
    }
  }
}
