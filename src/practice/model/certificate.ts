import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/*
 * A certificate of one's own, for clients that speak over TLS and nothing else. Node can make keys and sign, but not
 * write certificates: these are the few lines of DER that one needs (RFC 5280).
 */

export interface Certificate {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** Signed by itself, for this machine's names, good for a month: whoever is to believe it is given the certificate. */
export function selfSigned(nowMs: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const algorithm = sequence(objectId('1.2.840.10045.4.3.2')); // ECDSA with SHA-256
  const name = sequence(set(sequence(objectId('2.5.4.3'), utf8('ringdown practice model'))));
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(nowMs - DAY_MS), time(nowMs + 30 * DAY_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(MAY_SIGN, sequence(objectId('2.5.29.17'), octets(HOSTS)))),
  );
  const certificate = sequence(body, algorithm, bits(sign('sha256', body, privateKey)));
  return {
    cert: pem('CERTIFICATE', certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

const DAY_MS = 86_400_000;

function tagged(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return tagged(0x30, ...parts);
}

function set(part: Uint8Array): Buffer {
  return tagged(0x31, part);
}

function integer(bytes: Uint8Array): Buffer {
  return tagged(0x02, bytes);
}

function octets(bytes: Uint8Array): Buffer {
  return tagged(0x04, bytes);
}

function bits(bytes: Uint8Array): Buffer {
  return tagged(0x03, Buffer.of(0), bytes);
}

function utf8(text: string): Buffer {
  return tagged(0x0c, Buffer.from(text));
}

/** YYMMDDHHMMSSZ: two digits are enough until 2049. */
function time(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replace(/\D/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${digits}Z`));
}

function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(septets)]));
}

/** Seven bits to a byte, the highest bit set in all but the last. */
function septets(value: number): number[] {
  const low = value & 0x7f;
  const high: number[] = [];
  for (let left = value >> 7; left > 0; left >>= 7) high.unshift((left & 0x7f) | 0x80);
  return [...high, low];
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

/** It is its own authority: clients take it as one. */
const MAY_SIGN = sequence(
  objectId('2.5.29.19'),
  tagged(0x01, Buffer.of(0xff)),
  octets(sequence(tagged(0x01, Buffer.of(0xff)))),
);

const HOSTS = sequence(
  tagged(0x82, Buffer.from('localhost')),
  tagged(0x87, Buffer.of(127, 0, 0, 1)),
  tagged(0x87, Buffer.of(...Array(15).fill(0), 1)),
);
