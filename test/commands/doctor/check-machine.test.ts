import { describe, expect, it } from 'vitest';
import { checkDescriptors } from '../../../src/commands/doctor/check-machine.ts';

describe('what the doctor says of the files and sockets that may be open', () => {
  it.each([
    ['is content with many', 20_000, 'good', 'enough for MAX_CALLS=100'],
    ['says for how many calls few are enough', 256, 'note', 'about 40 calls'],
    ['knows when there is no room for a single call', 32, 'bad', 'LimitNOFILE'],
    ['does not guess', null, 'note', 'not checked'],
  ])('%s', (_what, limit, state, words) => {
    const finding = checkDescriptors(100, limit);

    expect(finding.state).toBe(state);
    expect(finding.text).toContain(words);
  });
});
