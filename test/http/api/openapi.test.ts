import { describe, expect, it } from 'vitest';
import { describeApi } from '../../../src/http/api/described.ts';
import { pageRoutes } from '../../../src/http/pages.ts';
import { Gate } from '../../../src/http/sign-in/gate.ts';
import { aReviewHouse } from '../../support/a-review-house.ts';

describe('openapi.json', () => {
  it('describes the routes as they are, each and no other', async () => {
    const house = await aReviewHouse();
    const routes = pageRoutes(house.parts, new Gate(house.parts));
    await house.close();

    const description = `${JSON.stringify(describeApi(routes), null, 2)}\n`;

    // After a change of a route: `vitest run test/http/api/openapi.test.ts -u` writes the file anew.
    await expect(description).toMatchFileSnapshot('../../../src/http/api/openapi.json');
  });

  it('is served as it is kept', async () => {
    const house = await aReviewHouse();
    const served = await (await house.ask('/api/openapi.json')).json();
    await house.close();

    expect(served).toMatchObject({
      openapi: '3.1.0',
      paths: { '/api/calls/{callId}': { get: {}, delete: {}, patch: {} } },
    });
  });
});
