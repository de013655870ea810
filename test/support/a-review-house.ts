import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { access, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pages } from '../../src/http/making/pages.ts';
import type { PageContext } from '../../src/http/pages/page-context.ts';
import type { Room } from '../../src/http/pages/room.ts';
import { mountPages } from '../../src/http/pages.ts';
import type { Deed } from '../../src/http/routing/route.ts';
import { createWebApp, listen, mountEndings, type UpgradeTaker } from '../../src/http/server.ts';
import { signedOutInMemory } from '../../src/http/sign-in/sessions.ts';
import type { Passwords } from '../../src/http/sign-in/visitor.ts';
import { troubleOf } from '../../src/journal/reader.ts';
import type { CallEvent } from '../../src/ports/facts.ts';
import type { CallStore } from '../../src/ports/store.ts';
import { callReading } from '../../src/reading/reading.ts';
import { openSqliteStore } from '../../src/stores/sqlite/open.ts';
import { LiveViewOfTheTest } from './a-live-view.ts';
import { everythingHappens, itsRecording } from './a-recorded-call.ts';
import { stored } from './logged-calls.ts';
import { PagesHere } from './pages-here.ts';
import { TestClock } from './test-clock.ts';

export interface ReviewHouse {
  readonly url: string;
  readonly parts: PageContext;
  readonly clock: TestClock;
  readonly live: LiveViewOfTheTest;
  readonly store: CallStore;
  /** What the log is told of. */
  readonly deeds: readonly Deed[];
  /** How wrong passwords were answered. */
  readonly guesses: readonly string[];
  /** What went wrong by a mistake of ours. */
  readonly crashes: unknown[];
  /** Keeps a call, with or without its sound. */
  keep(callId: string, events?: readonly CallEvent[], withSound?: boolean): Promise<void>;
  /** Asks as a page of this house would, unless told otherwise. */
  ask(path: string, options?: Ask): Promise<Response>;
  close(): Promise<void>;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Null: no word of where it comes from. */
  readonly origin?: string | null;
}

export const NO_PASSWORDS: Passwords = { operator: [], viewer: [] };

/** The review pages on a real socket, over a real call log in a directory of its own. */
export async function aReviewHouse(
  passwords: Passwords = NO_PASSWORDS,
  more: {
    readonly parts?: Partial<PageContext>;
    /** What pages are made of, where it is not what the house has. */
    readonly room?: Partial<Room>;
    readonly takers?: readonly UpgradeTaker[];
    /** Whoever asks may say what address they have. */
    readonly believesAddresses?: boolean;
  } = {},
): Promise<ReviewHouse> {
  const directory = mkdtempSync(join(tmpdir(), 'ringdown-review-'));
  const clock = new TestClock();
  const own = new LiveViewOfTheTest();
  const { store } = openSqliteStore(directory, { owner: 'test', wallMs: () => clock.wallMs() });
  const recordingOf = (callId: string) => join(directory, `${callId}.wav`);
  const crashes: unknown[] = [];
  const deeds: Deed[] = [];
  const guesses: string[] = [];

  const app = createWebApp(more.believesAddresses === true);
  let url = '';
  const live = more.parts?.live ?? own;
  const place = new PagesHere({
    store,
    reading: callReading,
    recordings: {
      find: (callId) =>
        access(recordingOf(callId)).then(
          () => recordingOf(callId),
          () => null,
        ),
    },
    troubleOf,
    wallMs: () => clock.wallMs(),
    ...more.room,
  });
  const parts: PageContext = {
    clock,
    pages: new Pages(place, live, clock),
    store,
    logTroubleOf(error) {
      const found = troubleOf(error);
      return found && { ...found, sinceWallMs: clock.wallMs() };
    },
    live,
    warnings: () => [],
    passwords,
    isPublic: false,
    signedOut: signedOutInMemory(),
    guessed: (answer) => void guesses.push(answer),
    told: (deed) => void deeds.push(deed),
    publicUrlOf: () => url,
    async forget(callId) {
      await rm(recordingOf(callId), { force: true });
      return store.delete(callId);
    },
    ...more.parts,
  };
  mountPages(app, parts);
  mountEndings(app, (error) => void crashes.push(error));
  const { server, port, serve } = await listen({ port: 0, host: '127.0.0.1' });
  serve(app, more.takers ?? []);
  url = `http://127.0.0.1:${port}`;

  return {
    url,
    parts,
    clock,
    live: own,
    store,
    deeds,
    guesses,
    crashes,
    async keep(callId, events = everythingHappens(), withSound = false) {
      await store.append(stored(callId, events));
      if (withSound) writeFileSync(recordingOf(callId), itsRecording());
    },
    ask(path, { method = 'GET', headers = {}, body, origin = url } = {}) {
      const all = new Headers(headers);
      if (origin !== null) all.set('Origin', origin);
      if (body !== undefined) all.set('Content-Type', 'application/json');
      return fetch(`${url}${path}`, {
        method,
        headers: all,
        redirect: 'manual',
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await store.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
