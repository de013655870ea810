import type { Kernel } from './kernel.ts';
import { createPlainKernel } from './plain-kernel.ts';
import { createSimdKernel } from './simd-kernel.ts';

/** The fastest kernel that this machine can run. */
export function chooseKernel(): Kernel {
  return createSimdKernel() ?? createPlainKernel();
}

/** The one kernel of the process. Filters remember nothing, so all calls share it. */
export const KERNEL: Kernel = chooseKernel();
