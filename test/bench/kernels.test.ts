import { expect, it } from 'vitest';
import { KERNEL } from '../../src/audio/transcode.ts';
import { kernelLine } from '../../src/bench/kernels.ts';

it('shows what each kernel costs per frame, the one in use first', () => {
  const line = kernelLine(10);

  expect(line).toMatch(
    /^µs for one frame up \+ down: (\w+ \d+\.\d \+ \d+\.\d \(\d+\.\d{3} % of a core per call\)(; |$))+/,
  );
  expect(line).toContain(`: ${KERNEL.name} `);
  expect(line).toContain('plain ');
});
