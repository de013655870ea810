import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './a-port.ts';

/** A proxy of Debian's in front of a port of this machine. */
export interface Proxy {
  readonly port: number;
  close(): Promise<void>;
}

/** `bare`: it adds nothing. `told`: as the README has it, in front of TLS that ends before it. */
export type Manner = 'bare' | 'told';

export const PROXIES = ['nginx', 'haproxy'] as const;
export type ProxyName = (typeof PROXIES)[number];

/** Null: it is there. */
export function whyNoProxy(name: ProxyName): string | null {
  const { status, error } = spawnSync(name, ['-v']);
  return status === 0 ? null : `there is no ${name} on the PATH (${error?.message ?? `exit ${status}`})`;
}

export async function aProxy(name: ProxyName, manner: Manner, to: number): Promise<Proxy> {
  const folder = mkdtempSync(join(tmpdir(), `ringdown-${name}-`));
  const port = await freePort();
  const file = join(folder, 'proxy.conf');
  writeFileSync(file, name === 'nginx' ? nginx(folder, port, to, manner) : haproxy(port, to, manner));
  const args =
    name === 'nginx' ? ['-p', folder, '-e', join(folder, 'errors'), '-c', file] : ['-db', '-f', file];
  const child = spawn(name, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (data: Buffer) => {
    complaint += data.toString();
  });
  await untilOpen(port, child, () => complaint);
  return {
    port,
    async close() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function untilOpen(port: number, child: ChildProcess, complaint: () => string): Promise<void> {
  for (;;) {
    if (child.exitCode !== null) throw new Error(`The proxy did not start: ${complaint()}`);
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await wait(20);
  }
}

function nginx(folder: string, port: number, to: number, manner: Manner): string {
  const location = manner === 'bare' ? `location / { proxy_pass http://127.0.0.1:${to}; }` : readme(to);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `${kind}_temp_path ${join(folder, kind)};`)
    .join(' ');
  return `daemon off; master_process off; pid ${join(folder, 'pid')};
events {}
http { access_log off; ${temporary} server { listen 127.0.0.1:${port}; ${location} } }`;
}

/** What the README tells people to write; here TLS ends before the proxy. */
function readme(to: number): string {
  const text = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const block = /```nginx\n([^`]*)```/.exec(text)?.[1];
  if (block === undefined) throw new Error('The README says nothing of nginx.');
  return block.replace('http://127.0.0.1:3000', `http://127.0.0.1:${to}`).replace('$scheme', 'https');
}

function haproxy(port: number, to: number, manner: Manner): string {
  const told = `
  http-request set-header X-Forwarded-Proto https
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  http-request set-header X-Forwarded-For %[src]`;
  return `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 1h
frontend front
  bind 127.0.0.1:${port}${manner === 'told' ? told : ''}
  default_backend back
backend back
  server house 127.0.0.1:${to}
`;
}
