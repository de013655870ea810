import { describe, expect, it, onTestFinished } from 'vitest';
import { scriptedCall } from '../../src/testing/index.ts';
import { aFolder } from '../support/temp-folder.ts';

const AGENT = `
  import { defineAgent } from 'ringdown';
  export default defineAgent({
    name: 'shop',
    instructions: 'Be brief.',
    transferTargets: { workshop: { number: '+441632960001' } },
  });`;

const ORDER_STATUS = `
  import { defineTool, z } from 'ringdown';
  export default defineTool({
    name: 'order_status',
    description: 'Find out how far an order is.',
    parameters: z.object({ orderNumber: z.string() }),
    async run({ orderNumber }, { call }) {
      await call.sendText('Order ' + orderNumber + ' is ready.');
      return { status: 'ready' };
    },
  });`;

async function aShop() {
  const folder = aFolder({ 'shop/agent.ts': AGENT, 'shop/tools/order-status.ts': ORDER_STATUS });
  const call = await scriptedCall(`${folder.path}/shop`);
  onTestFinished(() => call.close());
  return call;
}

describe('a scripted call, for the tests of users', () => {
  it('runs their tools, and tells what the caller heard', async () => {
    const call = await aShop();

    expect(await call.agentUses('order_status', { orderNumber: 'B7' })).toEqual({ status: 'ready' });
    call.agentSays('Your order is ready to collect at the counter.', 3_000);
    call.passes(1_500);
    call.callerSpeaks();
    call.callerPauses('When do you close?');

    expect(call.texts).toEqual(['Order B7 is ready.']);
    expect(call.heard).toEqual([{ heard: 'Your order is ready to', unheard: ' collect at the counter.' }]);
    expect(call.events.map(({ type }) => type)).toContain('tool_returned');
  });

  it('hangs up when the goodbye was heard', async () => {
    const call = await aShop();
    await call.agentUses('hang_up');
    call.agentSays('Goodbye!', 1_000);
    call.passes(800);
    expect(call.endReason).toBeNull();

    call.passes(500);

    expect(call.endReason).toBe('agent_hung_up');
  });

  it('dials whom the owner has named, and nobody else', async () => {
    const call = await aShop();

    expect(await call.agentUses('transfer', { target: '+19005550100' })).toHaveProperty('error');
    call.passes(15_000);
    expect(call.dialled).toEqual([]);

    await call.agentUses('transfer', { target: 'workshop' });
    call.agentSays('I am connecting you.', 1_000);
    call.passes(1_500);
    expect(call.dialled).toEqual(['+441632960001']);
  });
});
