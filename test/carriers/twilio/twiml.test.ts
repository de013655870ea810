import { describe, expect, it } from 'vitest';
import { announceTwiml, apologyTwiml, connectTwiml, dialTwiml } from '../../../src/carriers/twilio/twiml.ts';

const url = 'https://phone.example.com';
const dial = { number: '+15550001111', ringMs: 20_400, mostMs: 3_600_000 };

describe('what the carrier is told to do', () => {
  it('is to stream the sound over a socket that is as safe as the address, and to apologise only after', () => {
    expect(connectTwiml(url, 'a-token')).toContain('url="wss://phone.example.com/twilio/media/a-token"');
    expect(connectTwiml('http://localhost:1', 't')).toContain('url="ws://localhost:1/twilio/media/t"');
    expect(connectTwiml(url, 't')).toMatch(/<\/Connect><Say>We are sorry\..*<\/Say><Hangup\/>/);
    expect(connectTwiml(url, 't')).toContain(`<Connect action="${url}/twilio/after">`);
  });

  it('is to ring for whole seconds, and to come back to us afterwards', () => {
    const twiml = dialTwiml(url, dial);

    expect(twiml).toContain(`<Dial action="${url}/twilio/transferred" timeout="20" timeLimit="3600">`);
    expect(twiml).toContain('<Number>+15550001111</Number>');
  });

  it('is to dial a house’s own line as one, and not as a number', () => {
    expect(dialTwiml(url, { ...dial, number: 'sip:desk@example.com' })).toContain(
      '<Sip>sip:desk@example.com</Sip>',
    );
    expect(apologyTwiml({ dial: 'sip:desk@example.com' })).toContain('<Sip>sip:desk@example.com</Sip>');
  });

  it('is to whisper words that come out as they went in, whatever is in them', () => {
    const words = 'A & B say "50% <off>?" #1 für Ännchen';
    const twiml = dialTwiml(url, { ...dial, announce: words });
    const [, address = ''] = /<Number url="([^"]*)">/.exec(twiml) ?? [];

    expect(new URL(address.replaceAll('&amp;', '&')).searchParams.get('text')).toBe(words);
    expect(announceTwiml('A & <b>')).toContain('<Say>A &amp; &lt;b&gt;</Say>');
  });

  it('is to let one who picks up a call stay, and to let go of everybody else', () => {
    expect(announceTwiml('For you.')).not.toContain('Hangup');
    expect(apologyTwiml({})).toContain('<Hangup/>');
    expect(apologyTwiml({ dial: '+1555' })).toMatch(/<\/Dial><Hangup\/>/);
  });
});

describe('a caller whom the agent cannot talk to', () => {
  it('hears the house’s own sentence, else one that is true of what comes next', () => {
    expect(apologyTwiml({ text: 'We are moving.', dial: '+1555' })).toContain('<Say>We are moving.</Say>');
    expect(apologyTwiml({ dial: '+1555' })).toMatch(/<Say>One moment, please\..*<\/Say><Dial/);
    expect(apologyTwiml({})).toMatch(/<Say>We are sorry\..*Goodbye\.<\/Say><Hangup/);
  });
});
