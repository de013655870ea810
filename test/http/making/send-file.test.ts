import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { aReviewHouse, type ReviewHouse } from '../../support/a-review-house.ts';

let house: ReviewHouse;
beforeEach(async () => {
  house = await aReviewHouse();
  await house.keep('CA1', undefined, true);
});
afterEach(() => house.close());

it.each([['/assets/dom.js'], ['/api/calls/CA1/recording.wav']])(
  'takes it for no mistake of ours when a browser leaves before %s has come',
  async (path) => {
    const { hostname, port } = new URL(house.url);
    /** Later by so many turns of the loop that the server is on as well: one of them is before the answer begins. */
    const leaveAfter = async (turns: number) => {
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      socket.resetAndDestroy();
      await once(socket, 'close');
    };
    for (let turns = 0; turns < 40; turns++) await leaveAfter(turns);

    expect((await house.ask(path)).status).toBe(200);
    expect(house.crashes).toEqual([]);
  },
);
