import { readdirSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { sendFile } from '../making/send.ts';
import { type Route, route } from '../routing/route.ts';
import { noSuchCall } from '../routing/say.ts';

/**
 * The files that pages are made of: ours as they lie in `src/http/browser`, and three of other
 * people's straight from their packages. Only what is listed here when the program starts is
 * ever served, so no name in an address leads anywhere else.
 */
export function assetRoute(): Route {
  return route('get /assets/*path', {
    says: 'A file that pages are made of.',
    needs: 'nobody',
    params: z.strictObject({ path: z.array(z.string()).max(3) }),
    handle({ params, request }, response) {
      const file = FILES.get(params.path.join('/'));
      if (file === undefined) return noSuchCall(request, response);
      // Asked for again each time, and answered with "not changed": nothing here has a version in its name.
      return sendFile(response, file, { 'Cache-Control': 'no-cache' });
    },
  });
}

const OWN = join(import.meta.dirname, '../browser');

const FILES: ReadonlyMap<string, string> = new Map([
  ...readdirSync(OWN)
    .filter((name) => /\.(js|css|svg)$/.test(name))
    .map((name) => [name, join(OWN, name)] as const),
  ['vendor/wavesurfer.js', packaged('wavesurfer.js', 'dist/wavesurfer.esm.js')],
  ['vendor/uplot.js', packaged('uplot', 'dist/uPlot.esm.js')],
  ['vendor/uplot.css', packaged('uplot', 'dist/uPlot.min.css')],
]);

function packaged(name: string, file: string): string {
  const description = findPackageJSON(name, import.meta.url);
  if (description === undefined) throw new Error(`The package ${name} is not there: run npm ci.`);
  return join(dirname(description), file);
}
