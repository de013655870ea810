import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PracticeScript } from '../../../src/ports/practice-script.ts';
import { Caller, type CallerNews } from '../../../src/practice/phone/caller.ts';
import { DIAL_DEFAULTS } from '../../../src/practice/phone/dial.ts';
import { differences, outcomeOf, readPracticeScript, replaying } from '../../../src/practice/phone/replay.ts';
import { callerClip } from '../../../src/practice/voice.ts';
import { aHouse, type House } from '../../support/a-house.ts';
import { aFolder } from '../../support/temp-folder.ts';

const HUNG_UP = { tools: [], endReason: 'caller_hung_up' } as const;

/** `npm run call`, in a process of its own. */
async function npmRunCall(...args: string[]): Promise<{ code: number | null; output: string }> {
  const ring = join(import.meta.dirname, '../../../src/commands/call.ts');
  const child = spawn(process.execPath, [ring, ...args], { env: {} });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      output += String(data);
    });
  }
  await once(child, 'close');
  return { code: child.exitCode, output };
}

/** A call on which the caller says goodbye, and the agent hangs up. */
async function aCallToItsGoodbye(house: House): Promise<string> {
  const caller = new Caller(() => {});
  await caller.ring({ ...DIAL_DEFAULTS, url: house.app.localUrl });
  await caller.untilAgentIsQuiet();
  await caller.say('goodbye');
  await caller.untilTheEnd();
  await outcomeOf(house.app.localUrl, caller.callSid ?? '', null);
  const address = `${house.app.localUrl}/api/calls/${caller.callSid}/practice.json`;
  const response = await fetch(address, { headers: { 'sec-fetch-site': 'same-origin' } });
  return response.text();
}

describe('a call that became a test', () => {
  let house: House | null = null;
  afterEach(() => house?.close());

  it('is called again: the agent of today hears the caller of that day', async () => {
    house = await aHouse();
    const news: CallerNews[] = [];
    const caller = new Caller((each) => void news.push(each));
    const script = replaying({
      steps: [
        { type: 'listen' },
        { type: 'say', text: 'anything', mulaw: Buffer.from(callerClip('parking').mulaw).toString('base64') },
        { type: 'listen_for', ms: 500 },
        { type: 'hang_up' },
      ],
      outcome: HUNG_UP,
    });

    expect(await caller.ring({ ...DIAL_DEFAULTS, url: house.app.localUrl })).toBe(true);
    expect(await script(caller)).toBeNull();
    expect(house.facts.flatMap(({ event }) => (event.type === 'caller_said' ? [event.text] : []))).toEqual([
      callerClip('parking').text,
    ]);
    expect(news).toContainEqual({ type: 'caller_says', text: 'anything' });
  }, 30_000);

  it('goes as it went when the agent says goodbye and hangs up, and says what differs when it does not', async () => {
    const folder = aFolder({});
    house = await aHouse({ DATA_DIR: folder.path });
    const { localUrl } = house.app;
    const file = join(folder.path, 'as-it-was.json');
    const otherwise = join(folder.path, 'otherwise.json');
    const script = readPracticeScript(await aCallToItsGoodbye(house));
    const other: PracticeScript = {
      ...script,
      outcome: { tools: ['opening_hours'], endReason: 'caller_silent' },
    };
    await writeFile(file, JSON.stringify(script));
    await writeFile(otherwise, JSON.stringify(other));

    const [same, different] = await Promise.all(
      [file, otherwise].map((path) => npmRunCall('--url', localUrl, '--replay', path)),
    );

    expect(script.outcome).toEqual({ tools: ['hang_up'], endReason: 'agent_hung_up' });
    expect(same?.output).toContain('went as it went that day: hang_up, agent_hung_up');
    expect(same?.code).toBe(0);
    expect(different?.output).toContain(
      'otherwise than that day: tools: today hang_up; that day opening_hours',
    );
    expect(different?.output).toContain(
      'otherwise than that day: end: today agent_hung_up; that day caller_silent',
    );
    expect(different?.code).toBe(1);
  }, 60_000);

  it('names the first thing that did not come about', async () => {
    house = await aHouse();
    const caller = new Caller(() => {});
    const script = replaying({
      steps: [{ type: 'listen_for', ms: 60_000 }, { type: 'press', digits: '1' }, { type: 'hang_up' }],
      outcome: HUNG_UP,
    });
    await caller.ring({ ...DIAL_DEFAULTS, url: house.app.localUrl });
    const outcome = script(caller);
    await caller.hangUp();

    expect(await outcome).toBe('the agent did not speak for 60.0 s before the caller pressed 1');
  }, 30_000);

  it('asks for the password where the server has one, and reads the outcome with it', async () => {
    const folder = aFolder({});
    house = await aHouse({ DATA_DIR: folder.path, REVIEW_PASSWORD: 'open sesame, please' });
    const { localUrl } = house.app;
    const caller = new Caller(() => {});
    await caller.ring({ ...DIAL_DEFAULTS, url: localUrl });
    await caller.hangUp();

    await expect(outcomeOf(localUrl, caller.callSid ?? '', null)).rejects.toThrow('--password');
    expect(await outcomeOf(localUrl, caller.callSid ?? '', 'open sesame, please')).toEqual(HUNG_UP);
  }, 30_000);

  it('is not held against the end of a day on which something broke', () => {
    const now = { tools: ['a', 'b'], endReason: 'caller_hung_up' } as const;

    expect(differences({ tools: ['a', 'b'], endReason: 'operator_hung_up' }, now)).toEqual([]);
    expect(differences({ tools: ['b', 'a'], endReason: 'model_lost' }, now)).toEqual([
      'tools: today a, b; that day b, a',
    ]);
    expect(differences({ tools: [], endReason: 'agent_hung_up' }, HUNG_UP)).toEqual([
      'end: today caller_hung_up; that day agent_hung_up',
    ]);
  });

  it('is not played without its sound', async () => {
    const script = replaying({
      steps: [{ type: 'say', text: 'Hello?', mulaw: null }],
      outcome: HUNG_UP,
    });

    await expect(script(new Caller(() => {}))).rejects.toThrow('was not recorded');
  });

  it.each(['{}', '[]', 'null', '{"version":2}', '{"version":1,"steps":[{"type":"explode"}]}', 'x'])(
    'is not read from what is none: %s',
    (text) => {
      expect(() => readPracticeScript(text)).toThrow(/^[^\n]+$/);
    },
  );
});
