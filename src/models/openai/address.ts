/** Where the model is and how to be let in. */
export interface OpenAIAccess {
  /** The REST base address, such as `https://api.openai.com/v1`; the socket's is derived from it. */
  readonly baseUrl: string;
  readonly model: string;
  readonly key: OpenAIKey;
}

export type OpenAIKey = { readonly kind: 'bearer' | 'azure'; readonly secret: string };

/** `https://host/v1` → `wss://host/v1/realtime?model=…`; whatever query the base address has stays. */
export function realtimeAddress({ baseUrl, model }: OpenAIAccess): string {
  const address = new URL(baseUrl);
  address.protocol = address.protocol === 'http:' ? 'ws:' : 'wss:';
  address.pathname = `${address.pathname.replace(/\/+$/, '')}/realtime`;
  address.searchParams.set('model', model);
  return address.href;
}

export function authorization(key: OpenAIKey): Record<string, string> {
  return key.kind === 'azure' ? { 'api-key': key.secret } : { authorization: `Bearer ${key.secret}` };
}
