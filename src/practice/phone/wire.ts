import { createHmac } from 'node:crypto';

/** A message of Twilio's, as it goes over the wire. */
export type TwilioEvent = {
  readonly event: 'connected' | 'start' | 'media' | 'dtmf' | 'mark' | 'stop';
} & Readonly<Record<string, unknown>>;

/** What we are sent: the three things a media stream can be asked to do; null for everything else. */
export type ToPhone =
  | { readonly event: 'media'; readonly audio: Uint8Array }
  | { readonly event: 'mark'; readonly name: string }
  | { readonly event: 'clear' };

export function readToPhone(text: string, streamSid: string): ToPhone | null {
  const message = parse(text);
  if (message?.['streamSid'] !== streamSid) return null;
  const media = record(message['media']);
  const mark = record(message['mark']);
  if (message['event'] === 'clear') return { event: 'clear' };
  if (message['event'] === 'mark' && typeof mark?.['name'] === 'string')
    return { event: 'mark', name: mark['name'] };
  if (message['event'] === 'media' && typeof media?.['payload'] === 'string') {
    return { event: 'media', audio: Buffer.from(media['payload'], 'base64') };
  }
  return null;
}

/** Twilio's signature: the address, then every parameter with its value, sorted by name. */
export function signatureOf(
  authToken: string,
  url: string,
  form: Readonly<Record<string, string>> = {},
): string {
  const signed = Object.keys(form)
    .sort()
    .reduce((text, name) => text + name + form[name], url);
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** What a practice phone understands of TwiML. */
export interface Instructions {
  readonly streamUrl: string | null;
  /** Where to ask how to go on when the stream has ended. */
  readonly action: string | null;
  readonly parameters: Readonly<Record<string, string>>;
  /** Sentences said by the carrier's own voice, in order. */
  readonly says: readonly string[];
  readonly hangsUp: boolean;
}

export function readTwiml(twiml: string): Instructions {
  const parameters: Record<string, string> = {};
  for (const [tag] of twiml.matchAll(/<Parameter\b[^>]*>/g)) {
    parameters[attribute(tag, 'name') ?? ''] = attribute(tag, 'value') ?? '';
  }
  return {
    streamUrl: attribute(/<Stream\b[^>]*>/.exec(twiml)?.[0], 'url'),
    action: attribute(/<Connect\b[^>]*>/.exec(twiml)?.[0], 'action'),
    parameters,
    says: [...twiml.matchAll(/<Say\b[^>]*>([^<]*)<\/Say>/g)].map((match) => unescapeXml(match[1] ?? '')),
    hangsUp: /<Hangup\b/.test(twiml),
  };
}

function attribute(tag: string | undefined, name: string): string | null {
  const value = tag && new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];
  return value === undefined || value === '' ? null : unescapeXml(value);
}

function unescapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_all, name: string) => entities[name] ?? '');
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return record(JSON.parse(text));
  } catch {
    return null;
  }
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === 'object' && value !== null ? { ...value } : null;
}
