import type { Config } from '../../app/config.ts';
import { type TwilioAccess, twilioDetails } from '../../carriers/twilio/index.ts';
import { bad, because, type Finding, good, note } from './finding.ts';

/** The account, what kind it is, and whether a number of it leads here. */
export async function checkTwilio(config: Config): Promise<readonly Finding[]> {
  const { twilioAccount, twilioAuthToken } = config;
  if (!twilioAuthToken) {
    return [
      note(
        'twilio',
        'No TWILIO_AUTH_TOKEN: no real number can reach this agent. Set it, and TWILIO_ACCOUNT_SID.',
      ),
    ];
  }
  if (!twilioAccount) {
    return [
      note(
        'twilio',
        'No TWILIO_ACCOUNT_SID: calls can come in, but not be ended or transferred at Twilio, and the number cannot be checked.',
      ),
    ];
  }
  return await lookAt(twilioAccount, config);
}

async function lookAt(access: TwilioAccess, config: Config): Promise<readonly Finding[]> {
  try {
    const { status, type, numbers } = await twilioDetails(access);
    if (status !== 'active') return [bad('twilio', `The account is ${status}. The Twilio console says why.`)];
    const account = good('twilio', 'Twilio accepts the account and its token.');
    const trial = bad(
      'trial',
      'This is a trial account: Twilio takes media streams out of its calls. Upgrade it to receive calls.',
    );
    return [account, ...(type === 'Trial' ? [trial] : []), checkNumbers(numbers, config.publicUrl)];
  } catch (error) {
    return [
      bad(
        'twilio',
        `Twilio does not let us in ${because(error)}. Check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN.`,
      ),
    ];
  }
}

function checkNumbers(
  numbers: readonly { readonly number: string; readonly voiceUrl: string; readonly voiceMethod: string }[],
  publicUrl: string | null,
): Finding {
  const wanted = `${publicUrl ?? 'https://your-address'}/twilio/voice`;
  const here = numbers.find(({ voiceUrl }) => voiceUrl.split('#')[0] === wanted);
  if (here && here.voiceMethod === 'POST') return good('number', `${here.number} rings here.`);
  if (here)
    return bad(
      'number',
      `${here.number} rings here by ${here.voiceMethod}. Set its webhook’s method to POST.`,
    );
  if (numbers.length === 0)
    return bad('number', 'The account has no phone number. Buy one in the Twilio console.');
  const list = numbers.map(({ number, voiceUrl }) => `${number} → ${voiceUrl || 'nothing'}`).join(', ');
  return bad(
    'number',
    `No number rings here (${list}). In the Twilio console set “A call comes in” of your number to ${wanted}, by POST.`,
  );
}
