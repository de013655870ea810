import { describe, expect, it } from 'vitest';
import { readToPhone, readTwiml } from '../../../src/practice/phone/wire.ts';

describe('a message to the practice phone', () => {
  it.each([
    [{ event: 'clear', streamSid: 'MZ1' }, { event: 'clear' }],
    [
      { event: 'mark', streamSid: 'MZ1', mark: { name: 'm1' } },
      { event: 'mark', name: 'm1' },
    ],
    [
      { event: 'media', streamSid: 'MZ1', media: { payload: '/wA=' } },
      { event: 'media', audio: Buffer.of(255, 0) },
    ],
    [{ event: 'clear', streamSid: 'MZ2' }, null], // of another call
    [{ event: 'mark', streamSid: 'MZ1', mark: {} }, null],
    [{ event: 'media', streamSid: 'MZ1', media: { payload: 7 } }, null],
    [{ event: 'sing', streamSid: 'MZ1' }, null],
    ['MZ1', null],
  ])('is one of the three it can be asked to do, on its own stream, or none: %j', (message, read) => {
    expect(readToPhone(JSON.stringify(message), 'MZ1')).toEqual(read);
  });

  it('is none where it is no JSON', () => {
    expect(readToPhone('{', 'MZ1')).toBeNull();
  });
});

describe('TwiML', () => {
  it('is read with its addresses, parameters and sentences as they were before they were escaped', () => {
    const twiml = `<Response><Say voice="x">Sorry &amp; goodbye &lt;you&gt;.</Say><Say>Really.</Say>
      <Connect action="/after?a=1&amp;b=2"><Stream url="wss://voice.example.com/media">
      <Parameter name="who" value="&quot;Ann&quot; O&apos;Hara"/></Stream></Connect><Hangup/></Response>`;

    expect(readTwiml(twiml)).toEqual({
      streamUrl: 'wss://voice.example.com/media',
      action: '/after?a=1&b=2',
      parameters: { who: '"Ann" O\'Hara' },
      says: ['Sorry & goodbye <you>.', 'Really.'],
      hangsUp: true,
    });
  });

  it('may say next to nothing', () => {
    expect(readTwiml('<Response><Connect action=""/></Response>')).toEqual({
      streamUrl: null,
      action: null,
      parameters: {},
      says: [],
      hangsUp: false,
    });
  });
});
