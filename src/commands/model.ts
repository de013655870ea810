import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../ports/clock.ts';
import { selfSigned } from '../practice/model/certificate.ts';
import {
  type PracticeModel,
  type PracticeModelOptions,
  startPracticeModel,
} from '../practice/model/index.ts';
import { reachNothing } from '../practice/model/remote-tools.ts';
import { leave, readFlags, wholeNumber } from './command-line.ts';

/** `npm run model`: the practice model as a server of its own, for Ringdown and for any other client. */
const DEFAULTS = { port: '9000', host: '127.0.0.1' } as const;

const HELP = `npm run model -- [options]

The practice model as a server: the Realtime API without a key, without costs, the same answers every time.

  --port PORT      where it listens (${DEFAULTS.port}; 0 takes any free one)
  --host HOST      who can reach it (${DEFAULTS.host}: this machine only; any key will do, and nothing is kept.
                   Where others can reach it, it calls no MCP servers)
  --tls            over TLS, which the vendor's own clients insist on, with a certificate made for the occasion
  --cert FILE      over TLS with this certificate, in PEM
  --key FILE       and this key
`;

const flags = readFlags('model', {
  port: { type: 'string', default: DEFAULTS.port },
  host: { type: 'string', default: DEFAULTS.host },
  tls: { type: 'boolean', default: false },
  cert: { type: 'string' },
  key: { type: 'string' },
  help: { type: 'boolean', default: false },
});
if (flags.help) leave(HELP, 0);

const port = wholeNumber('--port', flags.port, 0, 65_535);
const isOpen = !/^(?:localhost|127(?:\.\d+){3}|::1)$/.test(flags.host);
const own = flags.tls && flags.cert === undefined && flags.key === undefined ? ownCertificate() : null;
const tls = own ?? givenCertificate();
const model = await start();
for (const line of greeting(model.baseUrl)) console.log(line);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop());

async function start(): Promise<PracticeModel> {
  const options: PracticeModelOptions = {
    port,
    host: flags.host,
    ...(isOpen && { reach: reachNothing }),
    onServerEvent(event, session) {
      if (event.type === 'session.created') tell(`a client has come: ${session.config.model}`);
      if (event.type === 'error')
        tell(`refused: ${event.error.code ?? event.error.type}: ${event.error.message}`);
      if (event.type === 'mcp_list_tools.failed') tell('the tools of an MCP server could not be listed');
    },
  };
  try {
    return await startPracticeModel(tls === null ? options : { ...options, tls });
  } catch (error) {
    own?.forget();
    const why = error instanceof Error ? error.message : String(error);
    return leave(`The practice model cannot listen on ${flags.host}:${port}: ${why}. Try --port 0.`, 1);
  }
}

async function stop(): Promise<void> {
  own?.forget();
  await model.close();
  process.exit(0);
}

function tell(text: string): void {
  console.log(`${new Date(systemClock.wallMs()).toISOString().slice(11, 19)}  ${text}`);
}

/** Where it is, and what to put into the environment of whoever is to find it. */
function greeting(baseUrl: string): readonly string[] {
  const lines = [
    `The practice model listens on ${baseUrl}`,
    '',
    '  Ringdown, and any client that reads these:',
    `    OPENAI_BASE_URL=${baseUrl}`,
    '    OPENAI_API_KEY=practice',
  ];
  if (own !== null) {
    lines.push(
      '  and so that they believe its certificate, in Node.js and in Python:',
      `    NODE_EXTRA_CA_CERTS=${own.file}`,
      `    SSL_CERT_FILE=${own.file}`,
    );
  } else if (tls === null) {
    lines.push('', "The vendor's own clients speak over TLS only: npm run model -- --tls");
  }
  return [...lines, '', 'Ctrl-C stops it.'];
}

/** Made for the occasion, and kept in a file as long as it is of use: clients have to be told to believe it. */
function ownCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'ringdown-model-'));
  const file = join(folder, 'certificate.pem');
  const certificate = selfSigned(systemClock.wallMs());
  writeFileSync(file, certificate.cert);
  return { ...certificate, file, forget: () => rmSync(folder, { recursive: true, force: true }) };
}

function givenCertificate() {
  const { cert, key } = flags;
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined)
    return leave('--cert and --key belong together: give both files, or --tls alone.', 2);
  try {
    return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
  } catch (error) {
    return leave(`The certificate cannot be read: ${error instanceof Error ? error.message : error}.`, 2);
  }
}
