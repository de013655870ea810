import { afterEach, describe, expect, it } from 'vitest';
import { Caller } from '../../../src/practice/phone/caller.ts';
import { DIAL_DEFAULTS } from '../../../src/practice/phone/dial.ts';
import { readPracticeScript, replaying } from '../../../src/practice/phone/replay.ts';
import { callerClip } from '../../../src/practice/voice.ts';
import { aHouse, type House } from '../../support/a-house.ts';

describe('a call that became a test', () => {
  let house: House | null = null;
  afterEach(() => house?.close());

  it('is called again: the agent of today hears the caller of that day', async () => {
    house = await aHouse();
    const caller = new Caller(() => {});
    const script = replaying({
      steps: [
        { type: 'listen' },
        { type: 'say', text: 'anything', mulaw: Buffer.from(callerClip('parking').mulaw).toString('base64') },
        { type: 'listen_for', ms: 500 },
        { type: 'hang_up' },
      ],
    });

    expect(await caller.ring({ ...DIAL_DEFAULTS, url: house.app.localUrl })).toBe(true);
    expect(await script(caller)).toBe(true);
    expect(house.facts.flatMap(({ event }) => (event.type === 'caller_said' ? [event.text] : []))).toEqual([
      callerClip('parking').text,
    ]);
  }, 30_000);

  it('is not played without its sound', async () => {
    const script = replaying({ steps: [{ type: 'say', text: 'Hello?', mulaw: null }] });

    await expect(script(new Caller(() => {}))).rejects.toThrow('was not recorded');
  });

  it.each(['{}', '[]', 'null', '{"version":2}', '{"version":1,"steps":[{"type":"explode"}]}', 'x'])(
    'is not read from what is none: %s',
    (text) => {
      expect(() => readPracticeScript(text)).toThrow();
    },
  );
});
