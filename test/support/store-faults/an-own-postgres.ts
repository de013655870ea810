import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const exec = promisify(execFile);

/** A Postgres of our own, so that it may be stopped as often as wanted: `initdb` and `pg_ctl` have to be there. */
export class OwnPostgres {
  readonly url: string;
  readonly #folder: string;
  readonly #port: number;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
    this.url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  }

  /** A new one, which does not run yet. */
  static async create(): Promise<OwnPostgres> {
    const folder = mkdtempSync(join(tmpdir(), 'ringdown-postgres-'));
    chmodSync(folder, 0o777); // it refuses to be root, and runs as somebody else then
    const place = new OwnPostgres(folder, 20_000 + Math.floor(Math.random() * 10_000));
    await place.#run('initdb', '-D', place.#data, '-U', 'postgres', '-A', 'trust', '--no-sync');
    return place;
  }

  async start(): Promise<void> {
    await this.#control('start', '-w', '-o', this.#options);
  }

  /** Without a word to anybody who is connected. */
  async restart(): Promise<void> {
    await this.#control('restart', '-w', '-m', 'immediate', '-o', this.#options);
  }

  /** Ends all connections of the house's, and says how many there were. */
  async terminate(): Promise<number> {
    const client = new pg.Client({ connectionString: this.url });
    await client.connect();
    const { rowCount } = await client.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ringdown'`,
    );
    await client.end();
    return rowCount ?? 0;
  }

  get port(): number {
    return this.#port;
  }

  async remove(): Promise<void> {
    await this.#control('stop', '-m', 'immediate').catch(() => {}); // it may not run
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  get #options(): string {
    return `-p ${this.#port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c shared_buffers=16MB`;
  }

  async #control(...args: readonly string[]): Promise<void> {
    await this.#run('pg_ctl', '-D', this.#data, '-l', join(this.#folder, 'log'), '-s', ...args);
  }

  async #run(command: string, ...args: readonly string[]): Promise<void> {
    const isRoot = process.getuid?.() === 0;
    if (isRoot) await exec('runuser', ['-u', 'postgres', '--', command, ...args], { cwd: '/' });
    else await exec(command, args);
  }
}
