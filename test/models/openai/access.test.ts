import { describe, expect, it } from 'vitest';
import {
  authorization,
  hintFor,
  isAboutCertificate,
  realtimeAddress,
} from '../../../src/models/openai/access.ts';

const at = (baseUrl: string, model = 'm 1') => realtimeAddress({ baseUrl, model, key: null });

describe('where the model is', () => {
  it('is a socket as safe as the base address, however that ends', () => {
    expect(at('https://host/v1')).toBe('wss://host/v1/realtime?model=m+1');
    expect(at('https://host/v1//')).toBe('wss://host/v1/realtime?model=m+1');
    expect(at('http://localhost:9')).toBe('ws://localhost:9/realtime?model=m+1');
  });

  it('keeps the query of the base address, and has the model in it once', () => {
    expect(at('https://host/v1?tenant=7&model=old', 'new')).toBe('wss://host/v1/realtime?tenant=7&model=new');
  });

  it('is shown the key in the header that its house reads', () => {
    expect(authorization({ kind: 'azure', secret: 's' })).toEqual({ 'api-key': 's' });
    expect(authorization({ kind: 'bearer', secret: 's' })).toEqual({ authorization: 'Bearer s' });
  });
});

describe('an opening that failed', () => {
  it('names the variable that the key came from', () => {
    const access = { baseUrl: 'https://host/v1', model: 'm', key: { kind: 'azure', secret: 's' } } as const;

    expect(hintFor(access, 'http_403')).toContain('Check AZURE_OPENAI_API_KEY,');
    expect(hintFor(access, 'ERR_INVALID_CHAR')).toMatch(/^AZURE_OPENAI_API_KEY has a letter/);
  });

  it('has a hint also where the address is none', () => {
    const access = { baseUrl: 'no address', model: 'm', key: null };

    expect(hintFor(access, 'ENOTFOUND')).toMatch(/^an address that is none, from OPENAI_BASE_URL, /);
  });

  it('is about a certificate in each of the words that TLS has for it, and in no others', () => {
    const about = ['CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'];
    const others = ['ECONNREFUSED', 'ENOTFOUND', 'UNABLE_TO_CONNECT', 'http_401'];

    expect([...about, 'ERR_TLS_CERT_ALTNAME_INVALID'].every(isAboutCertificate)).toBe(true);
    expect(others.some(isAboutCertificate)).toBe(false);
  });
});
