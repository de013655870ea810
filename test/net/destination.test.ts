import { describe, expect, it } from 'vitest';
import { destinationOf } from '../../src/net/pinned-request.ts';

const names: Readonly<Record<string, readonly string[]>> = {
  'open.example.com': ['93.184.215.14', '1.1.1.1'],
  'mixed.example.com': ['93.184.215.14', '10.0.0.1'],
  'inside.example.com': ['10.0.0.1'],
};
const goes = async (text: string, ...allowed: readonly string[]) => {
  const where = await destinationOf(text, allowed, async (name) => {
    const addresses = names[name];
    if (!addresses) throw new Error('ENOTFOUND');
    return addresses;
  });
  return typeof where === 'string' ? where : where.address;
};

describe('where a request may go', () => {
  it('is a name on the open internet, at the first of its addresses, and only if all of them are open', async () => {
    expect(await goes('https://open.example.com/a')).toBe('93.184.215.14');
    expect(await goes('https://mixed.example.com/a')).toBe('not_public');
    expect(await goes('https://nowhere.example.com/a')).toBe('unknown_host');
  });

  it('is told apart by what is wrong with the address', async () => {
    expect(await goes('not an address')).toBe('bad_url');
    expect(await goes('ftp://open.example.com/')).toBe('bad_url');
    expect(await goes('http://open.example.com/')).toBe('not_https');
    expect(await goes('https://ann@open.example.com/')).toBe('has_password');
    expect(await goes('https://:word@open.example.com/')).toBe('has_password');
  });

  it('is inside where the owner has listed just that scheme, host and port', async () => {
    const listed = 'http://inside.example.com:8080';

    expect(await goes('http://inside.example.com:8080/hook', listed)).toBe('10.0.0.1');
    expect(await goes('http://inside.example.com:8081/hook', listed)).toBe('not_https');
    expect(await goes('https://inside.example.com:8080/hook', listed)).toBe('not_public');
    expect(await goes('http://inside.example.com.evil.example.com:8080/', listed)).toBe('not_https');
    expect(await goes('http://[::1]:9/', 'http://[::1]:9')).toBe('::1');
  });

  it('may bear no password even where it is listed, and a list with rubbish in it opens nothing', async () => {
    expect(await goes('http://a:b@inside.example.com/', 'http://inside.example.com')).toBe('has_password');
    expect(await goes('https://inside.example.com/', 'rubbish', '')).toBe('not_public');
  });
});
