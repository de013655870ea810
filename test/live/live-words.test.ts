import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { expect, it, vi } from 'vitest';
import { z } from 'zod';
import { DIAL_DEFAULTS, dial } from '../../src/practice/phone/dial.ts';
import { aHouse } from '../support/a-house.ts';
import { aFolder } from '../support/temp-folder.ts';

const lineShape = z.object({
  key: z.string(),
  who: z.string(),
  text: z.string(),
  unheard: z.string(),
  isBeingSaid: z.boolean(),
});

it('tells whoever watches what the agent says while the caller hears it, and the log only when it is over', {
  timeout: 60_000,
}, async () => {
  const house = await aHouse({ DATA_DIR: aFolder({}).path });
  const url = house.app.localUrl;
  const phone = await dial({ ...DIAL_DEFAULTS, url }, {});
  if (phone.kind === 'words') throw new Error('Nobody took the call.');
  const typesSoFar = () => house.facts.map(({ event }) => event.type);
  await vi.waitFor(() => expect(typesSoFar()).toContain('agent_started_speaking'), { timeout: 20_000 });

  const asked = get(`${url}/api/live/${phone.callSid}/stream`, { headers: { Origin: url } });
  const [response]: IncomingMessage[] = await once(asked, 'response');
  if (!response) throw new Error('There was no answer.');
  const growing: string[] = [];
  const keys = new Set<string>();
  let last = '';
  for await (const text of createInterface({ input: response })) {
    const data = /^data: (\{.*"isBeingSaid".*)$/.exec(text)?.[1];
    if (data === undefined) continue;
    const line = lineShape.parse(JSON.parse(data));
    keys.add(line.key);
    last = line.text;
    if (!line.isBeingSaid) break;
    growing.push(line.text);
    expect(line.unheard).toBe('');
  }
  phone.line.hangUp();
  await once(response.resume(), 'end'); // it ends with the call
  await house.close();

  const told = house.facts.flatMap(({ event }) => (event.type === 'agent_said' ? [event.text.trim()] : []));
  expect(told).toEqual([last]); // none of what grew is an event
  const whole = last;
  expect(growing.length).toBeGreaterThan(2);
  for (const [n, words] of growing.entries()) {
    expect(whole.startsWith(words)).toBe(true);
    expect(words.length).toBeGreaterThan(growing[n - 1]?.length ?? 0);
  }
  expect(keys.size).toBe(1); // each takes the place of the one before
});
