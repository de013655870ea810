import { createServer } from 'node:http';
import { expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/app/config.ts';
import { checkTwilio } from '../../../src/commands/doctor/check-twilio.ts';

interface Account {
  readonly status?: string;
  readonly type?: string;
  readonly numbers?: readonly (readonly [number: string, voiceUrl: string, method?: string])[];
}

const SID = `AC${'0'.repeat(32)}`;
const HERE = 'https://voice.example.com/twilio/voice';

/** What the doctor says of an account that is like this; null: Twilio does not know it. */
async function saysOf(account: Account | null, more: Record<string, string> = {}) {
  const server = createServer(({ url = '' }, response) => {
    response.setHeader('Content-Type', 'application/json');
    if (account === null) return void response.writeHead(401).end('{"code":20003,"message":"no"}');
    const { status = 'active', type = 'Full', numbers = [] } = account;
    const list = numbers.map(([phone_number, voice_url, voice_method = 'POST']) => ({
      phone_number,
      voice_url,
      voice_method,
    }));
    const body = url.includes('IncomingPhoneNumbers')
      ? { incoming_phone_numbers: list, page: 0, page_size: 50, next_page_uri: null }
      : { sid: SID, status, type };
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const config = readConfig({
    TWILIO_ACCOUNT_SID: SID,
    TWILIO_AUTH_TOKEN: 'token',
    TWILIO_API_URL: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    PUBLIC_URL: 'https://voice.example.com',
    REVIEW_PASSWORD: 'word',
    ...more,
  });
  return (await checkTwilio(config)).map(({ state, about, text }) => `${state} ${about}: ${text}`);
}

it('is content with an account of which a number rings here', async () => {
  const numbers = [
    ['+15550001111', 'https://elsewhere.example/voice'],
    ['+15550002222', `${HERE}#ci=1`],
  ] as const;

  expect(await saysOf({ numbers })).toEqual([
    'good twilio: Twilio accepts the account and its token.',
    'good number: +15550002222 rings here.',
  ]);
});

it('finds a number that rings here by the wrong method', async () => {
  expect(await saysOf({ numbers: [['+15550002222', HERE, 'GET']] })).toContainEqual(
    expect.stringMatching(/^bad number: .*by GET.*POST/),
  );
});

it('says where the numbers lead instead, and where they should', async () => {
  const numbers = [
    ['+15550001111', ''],
    ['+15550002222', 'https://elsewhere.example/twilio/voice'],
  ] as const;

  const [, number = ''] = await saysOf({ numbers });

  expect(number).toMatch(/^bad number: No number rings here/);
  expect(number).toContain('+15550001111 → nothing, +15550002222 → https://elsewhere.example/twilio/voice');
  expect(number).toContain(HERE);
});

it('says that there is no number at all', async () => {
  expect(await saysOf({})).toContainEqual(expect.stringMatching(/^bad number: .*no phone number/));
});

it('warns of a trial account, which cannot take a call', async () => {
  const lines = await saysOf({ type: 'Trial', numbers: [['+15550002222', HERE]] });

  expect(lines.map((line) => line.split(':')[0])).toEqual(['good twilio', 'bad trial', 'good number']);
});

it('says that an account is closed, and no more of it', async () => {
  expect(await saysOf({ status: 'suspended', numbers: [['+15550002222', HERE]] })).toEqual([
    expect.stringMatching(/^bad twilio: The account is suspended/),
  ]);
});

it('says which variables to look at where Twilio does not know the account', async () => {
  expect(await saysOf(null)).toEqual([
    expect.stringMatching(/^bad twilio: .*TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN/),
  ]);
});

it.each([
  ['TWILIO_AUTH_TOKEN', /^note twilio: No TWILIO_AUTH_TOKEN/],
  ['TWILIO_ACCOUNT_SID', /^note twilio: No TWILIO_ACCOUNT_SID/],
])('takes it for no mistake to have no %s yet', async (name, line) => {
  expect(await saysOf({}, { [name]: '' })).toEqual([expect.stringMatching(line)]);
});
