import { describe, expect, it } from 'vitest';
import { cuttingIn, markersOff, placeCallWithTruth } from '../support/a-call-with-truth.ts';
import { spreadOf } from '../support/alignment.ts';
import { aFolder } from '../support/temp-folder.ts';

describe('what is shown of a call', () => {
  it('R2: is what its phone knows: who was heard when, and where the agent was cut off', async () => {
    const lengthsMs = [1_500, 300, 3_000];
    const script = cuttingIn(15, () => lengthsMs.shift() ?? 1_000);

    const call = await placeCallWithTruth(aFolder({}).path, script);

    expect(call.wentWell).toBe(true);
    expect(call.tape.cutsMs.length).toBeGreaterThanOrEqual(2);
    const off = markersOff(call);
    expect(off).toHaveLength(call.tape.cutsMs.length);
    expect(Math.max(...off)).toBeLessThanOrEqual(50);

    const [caller, agent] = [spreadOf(call.caller), spreadOf(call.agent)];
    expect(caller.worstMs).toBeLessThanOrEqual(5);
    expect(Math.abs(agent.medianMs)).toBeLessThanOrEqual(5);
    // Where other tests keep the machine busy: a mark that nobody had the time to give back in time tells little.
    expect(agent.worstMs).toBeLessThanOrEqual(50);
  }, 60_000);
});
