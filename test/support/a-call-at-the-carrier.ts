import { expect, vi } from 'vitest';
import { DIAL_DEFAULTS, type DialOptions, dial } from '../../src/practice/phone/dial.ts';
import { signatureOf } from '../../src/practice/phone/wire.ts';
import { AUTH_TOKEN } from './a-carrier.ts';
import { aHouse } from './a-house.ts';
import { aRestServer, cleanups } from './a-line.ts';
import { aFolder } from './temp-folder.ts';

/** What opens its pages: without one nobody sees them where a carrier is configured. */
export const REVIEW_PASSWORD = 'open the harbour';

/**
 * The whole program, a practice model, and a carrier between it and its callers: phones that ring, and the REST
 * API by which calls are ended and sent elsewhere. What it asks of a call there happens to the phone's line.
 */
export async function aHouseAtACarrier() {
  const lines = new Map<string, { hangUp(): void }>();
  const { requests, account } = await aRestServer((path) => {
    const callSid = /\/Calls\/(\w+)\.json$/.exec(path)?.[1] ?? '';
    lines.get(callSid)?.hangUp(); // the carrier ends the stream, whichever of the two was asked for
    return { status: 200, body: { sid: callSid } };
  });
  const toModel: object[] = [];
  const house = await aHouse(
    {
      HOST: '127.0.0.1',
      DATA_DIR: aFolder({}).path,
      TWILIO_ACCOUNT_SID: account.accountSid,
      TWILIO_AUTH_TOKEN: account.authToken,
      TWILIO_API_URL: account.apiUrl,
      REVIEW_PASSWORD,
    },
    { onClientEvent: (event) => void toModel.push(event) },
  );
  cleanups.push(house.close);
  const url = house.app.localUrl;
  const factsOf = (callId: string) =>
    house.facts.flatMap((fact) => (fact.callId === callId ? [fact.event] : []));

  return {
    ...house,
    url,
    requests,
    toModel,
    factsOf,
    /** A phone that has rung and hears the greeting. */
    async ring(more: Partial<DialOptions> = {}) {
      const answer = await dial({ ...DIAL_DEFAULTS, url, authToken: AUTH_TOKEN, ...more }, {});
      if (answer.kind === 'words') throw new Error(`The carrier says: ${answer.says.join(' ')}`);
      lines.set(answer.callSid, answer.line);
      await vi.waitFor(() =>
        expect(factsOf(answer.callSid).map(({ type }) => type)).toContain('agent_started_speaking'),
      );
      return answer;
    },
    /** What the carrier tells when the other side of a transfer is done with. */
    async transferEnded(callSid: string, outcome: string): Promise<string> {
      const address = `${url}/twilio/transferred`;
      const form = { CallSid: callSid, DialCallStatus: outcome };
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'X-Twilio-Signature': signatureOf(AUTH_TOKEN, address, form) },
        body: new URLSearchParams(form),
      });
      return response.text();
    },
  };
}
