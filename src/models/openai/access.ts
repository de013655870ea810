/** Where the model is and how to be let in. */
export interface OpenAIAccess {
  /** The REST base address, such as `https://api.openai.com/v1`; the socket's is derived from it. */
  readonly baseUrl: string;
  readonly model: string;
  /** Null: a server that asks for none. */
  readonly key: OpenAIKey | null;
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

export function authorization(key: OpenAIAccess['key']): Record<string, string> {
  if (key === null) return {};
  return key.kind === 'azure' ? { 'api-key': key.secret } : { authorization: `Bearer ${key.secret}` };
}

/** What an opening that failed with this detail means, and what to do: for whoever set it up. */
export function hintFor(access: OpenAIAccess, detail: string): string {
  const { host, pathname } = addressOf(access);
  const whence = `${host}, from OPENAI_BASE_URL,`;
  const keyVariable = access.key?.kind === 'azure' ? 'AZURE_OPENAI_API_KEY' : 'OPENAI_API_KEY';
  const status = /^http_(\d+)$/.exec(detail)?.[1];
  if (access.key === null && (status === '401' || status === '403'))
    return `${whence} asks for a key (${status}). Set OPENAI_API_KEY, or AZURE_OPENAI_API_KEY.`;
  if (status) return statusHint(Number(status), whence, pathname, access.model, keyVariable);
  if (CERTIFICATE.test(detail)) {
    return `${whence} shows a certificate that is not trusted (${detail}). Correct the address, or have the server show one that is.`;
  }
  switch (detail) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${whence} has no address: no such host is known (${detail}). Correct OPENAI_BASE_URL, or this machine’s name resolution.`;
    case 'ECONNREFUSED':
      return `${whence} refuses the connection: nothing listens there. Start the model’s server, or correct OPENAI_BASE_URL.`;
    case 'ERR_INVALID_CHAR':
      return `${keyVariable} has a letter in it that no request can carry. Copy the key again, whole and in one line.`;
    case 'not_ready_in_time':
      return `${whence} was reached, or not refused, and opened no conversation in time. See that OPENAI_BASE_URL leads to a Realtime server and that nothing in between blocks web sockets.`;
    case 'instructions_not_in_force':
      return `${whence} did not take the agent’s instructions over, and an agent never speaks without them. See what the server makes of session.instructions.`;
    case 'instructions_failed':
      return 'The agent’s instructions could not be made for this call. See what its instructions function throws.';
    case 'notices_no_turns':
      return `${whence} does not notice when the caller has finished, so nobody would be answered. Use a model that does, or turnDetection of the type manual.`;
    default:
      return detail.startsWith('speaks_')
        ? `${whence} speaks a sound format that was not asked for (${detail}). Try the other value of REALTIME_AUDIO.`
        : `${whence} opened no conversation (${detail}). Check OPENAI_BASE_URL, ${keyVariable}, REALTIME_MODEL and the network.`;
  }
}

function statusHint(status: number, whence: string, path: string, model: string, key: string): string {
  if (status === 401 || status === 403) {
    return `${whence} does not accept the key (${status}). Check ${key}, and that it may use ${model}.`;
  }
  if (status === 404) {
    return `${whence} has nothing at ${path}, or no model ${model} (404). Check OPENAI_BASE_URL and REALTIME_MODEL.`;
  }
  if (status === 429) {
    return `${whence} takes no more conversations at the moment (429). See the account’s limits and its billing.`;
  }
  return status >= 500
    ? `${whence} is out of order (${status}). Try again later, or see the server’s own log.`
    : `${whence} does not open a conversation (${status}). Check OPENAI_BASE_URL and REALTIME_MODEL.`;
}

function addressOf(access: OpenAIAccess): { readonly host: string; readonly pathname: string } {
  try {
    return new URL(realtimeAddress(access));
  } catch {
    return { host: 'an address that is none', pathname: '' };
  }
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_(?:VERIFY|GET_ISSUER)|ERR_TLS/;

/** Whether somebody else than whom we meant may be at the other end: no second try makes that good. */
export function isAboutCertificate(detail: string): boolean {
  return CERTIFICATE.test(detail);
}
