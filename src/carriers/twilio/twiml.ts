import twilio from 'twilio';
import type { Apology, DialRequest } from '../../ports/phone-call.ts';

const { VoiceResponse } = twilio.twiml;

/** Connects the call's sound to us; what comes after is heard only if that, and `action`, come to nothing. */
export function connectTwiml(publicUrl: string, token: string): string {
  const response = new VoiceResponse();
  const connect = response.connect({ action: `${publicUrl}/twilio/after` });
  connect.stream({
    url: `${publicUrl.replace(/^http/, 'ws')}/twilio/media/${token}`,
    statusCallback: `${publicUrl}/twilio/status`,
  });
  response.say(APOLOGY);
  response.hangup();
  return response.toString();
}

/** Connects the caller with somebody else; `action` then says how their call goes on. */
export function dialTwiml(publicUrl: string, { number, announce, ringMs, mostMs }: DialRequest): string {
  const response = new VoiceResponse();
  // The words travel in the address: whichever process is asked for them knows them, and the signature covers them.
  const whisper = announce === undefined ? {} : { url: announcementUrl(publicUrl, announce) };
  const dial = response.dial({
    action: `${publicUrl}/twilio/transferred`,
    timeout: Math.round(ringMs / 1000),
    timeLimit: Math.round(mostMs / 1000),
  });
  dialNoun(dial, number, whisper);
  return response.toString();
}

/** What the one who picked up hears alone. Where it ends, they are connected with the caller. */
export function announceTwiml(text: string): string {
  const response = new VoiceResponse();
  response.say(text);
  return response.toString();
}

function announcementUrl(publicUrl: string, text: string): string {
  return `${publicUrl}/twilio/announce?text=${encodeURIComponent(text)}`;
}

function dialNoun(
  dial: ReturnType<InstanceType<typeof VoiceResponse>['dial']>,
  number: string,
  whisper: { readonly url?: string },
): void {
  if (number.startsWith('sip:')) dial.sip(whisper, number);
  else dial.number(whisper, number);
}

export function sayTwiml(sentence: string): string {
  const response = new VoiceResponse();
  response.say(sentence);
  response.hangup();
  return response.toString();
}

/** For a caller whom the agent cannot talk to: a sentence, and somebody else if there is anyone. */
export function apologyTwiml({ text, dial }: Apology): string {
  const response = new VoiceResponse();
  response.say(text ?? (dial === undefined ? APOLOGY : ONE_MOMENT));
  if (dial !== undefined) dialNoun(response.dial({ timeout: 30 }), dial, {});
  response.hangup();
  return response.toString();
}

export function hangUpTwiml(): string {
  const response = new VoiceResponse();
  response.hangup();
  return response.toString();
}

const APOLOGY =
  'We are sorry. We cannot go on with this call at the moment. Please call again in a few minutes. Goodbye.';
const ONE_MOMENT = 'One moment, please. We are connecting you.';
export const NOBODY = 'This number is not answered at the moment. Goodbye.';
export const BUSY = 'All our lines are busy at the moment. Please call again in a few minutes. Goodbye.';
