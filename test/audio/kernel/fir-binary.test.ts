import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import wabt from 'wabt';

// `npm run build:kernel` runs this test and lets it write the file that it otherwise only compares.
it('runs exactly what fir.wat says', async () => {
  const source = await readFile(new URL('../../../src/audio/kernel/fir.wat', import.meta.url), 'utf8');

  const { parseWat } = await wabt();
  const { buffer } = parseWat('fir.wat', source).toBinary({});

  await expect(
    `/** fir.wat, compiled by \`npm run build:kernel\`. */
export const FIR_BINARY =
  '${Buffer.from(buffer).toString('base64')}';
`,
  ).toMatchFileSnapshot('../../../src/audio/kernel/fir-binary.ts');
});
