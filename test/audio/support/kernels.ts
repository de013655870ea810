import { createPlainKernel, createSimdKernel, type Kernel } from '../../../src/audio/kernel/kernel.ts';

const simd = createSimdKernel();
if (!simd) throw new Error('Expected WebAssembly with SIMD, which the tests compare with; got none.');

/** Both kernels: whatever is promised of the sound holds for either. */
export const KERNELS: readonly Kernel[] = [simd, createPlainKernel()];
