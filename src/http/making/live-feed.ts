import type { Cancel, Clock } from '../../ports/clock.ts';
import type { CallEvent } from '../../ports/facts.ts';
import type { LiveView } from '../../ports/live-view.ts';
import type { ToMaker } from './page-requests.ts';

/**
 * Tells the thread that makes pages what happens on live calls, as long as somebody looks at them. What has happened
 * before that goes there a little at a time; a call that nobody looks at costs nothing.
 */
export class LiveFeed {
  readonly #live: LiveView;
  readonly #clock: Clock;
  readonly #post: (message: ToMaker) => boolean;
  readonly #calls = new Map<string, Fed>();
  readonly #behind = new Set<Fed>();
  /** How many follow all calls. */
  #watchers = 0;
  #stopLooking: Cancel | null = null;

  constructor(live: LiveView, clock: Clock, post: (message: ToMaker) => boolean) {
    this.#live = live;
    this.#clock = clock;
    this.#post = post;
  }

  /** Resolves when the other thread knows this call, and is kept up with it for so long; false: it does not go on. */
  async have(callId: string, keptMs: number): Promise<boolean> {
    const live = (await this.#live.list()).find((call) => call.callId === callId);
    const fed = live && (await this.#fed(callId, live.targets));
    if (!fed) return false;
    await this.#keep(fed, keptMs);
    return this.#calls.get(callId) === fed;
  }

  /** The same for all calls there are. */
  async haveAll(keptMs: number): Promise<void> {
    for (const { callId, targets } of await this.#live.list()) {
      const fed = await this.#fed(callId, targets);
      if (fed) await this.#keep(fed, keptMs);
    }
  }

  /** Somebody follows a call that the other thread has, or all of them. Gives a way to stop. */
  follow(channel: string | null): Cancel {
    if (channel === null) {
      this.#watchers += 1;
      this.#look();
      return () => {
        this.#watchers -= 1;
      };
    }
    const fed = this.#calls.get(channel);
    if (!fed) return () => {};
    if (fed.followers++ === 0) void this.#listen(fed);
    return () => {
      if (--fed.followers > 0) return;
      fed.stopHearing();
      fed.stopHearing = () => {};
      this.#tidy();
    };
  }

  /** The other thread has forgotten everything. */
  gone(): void {
    for (const fed of [...this.#calls.values()]) this.#leave(fed);
  }

  /** Null: it is over. */
  async #fed(callId: string, targets: readonly string[]): Promise<Fed | null> {
    const known = this.#calls.get(callId);
    if (known) return known;
    const events: CallEvent[] = [];
    const watch = await this.#live.watch(callId, (event) => {
      const fed = this.#calls.get(callId);
      if (event !== null) events.push(event);
      if (fed?.events !== events) return;
      if (event === null) this.#drop(fed);
      else this.#happened(fed);
    });
    if (!watch) return null;
    const other = this.#calls.get(callId); // somebody else has asked for it meanwhile
    if (other) {
      watch.end();
      return other;
    }
    events.unshift(...watch.events);
    const fed = newlyFed(callId, targets, events, watch.end);
    this.#calls.set(callId, fed);
    this.#look();
    this.#isBehind(fed);
    return fed;
  }

  #happened(fed: Fed): void {
    if (this.#behind.has(fed)) return;
    if (fed.posted === fed.events.length - 1) this.#postSome(fed);
    else this.#isBehind(fed);
  }

  #isBehind(fed: Fed): void {
    this.#behind.add(fed);
    if (this.#behind.size === 1) setImmediate(() => this.#catchUp());
  }

  /** A little at a time: calls have their turn in between. */
  #catchUp(): void {
    const [fed] = this.#behind;
    if (!fed) return;
    this.#postSome(fed);
    if (this.#behind.size > 0) setImmediate(() => this.#catchUp());
  }

  #postSome(fed: Fed): void {
    const { callId, targets } = fed;
    const events = fed.events.slice(fed.posted, fed.posted + POSTED_AT_ONCE);
    fed.posted += events.length;
    if (!this.#post({ type: 'live', callId, targets, events })) return this.#leave(fed);
    if (fed.posted < fed.events.length) return;
    this.#behind.delete(fed);
    for (const settle of fed.whenCaughtUp.splice(0)) settle();
    if (fed.events.at(-1)?.type === 'ended') this.#drop(fed);
  }

  #keep(fed: Fed, keptMs: number): Promise<void> {
    fed.keptUntil = Math.max(fed.keptUntil, this.#clock.now() + keptMs);
    if (!this.#behind.has(fed)) return Promise.resolve();
    return new Promise((resolve) => fed.whenCaughtUp.push(resolve));
  }

  async #listen(fed: Fed): Promise<void> {
    const stop = await this.#live.hearAgent(fed.callId, (said) => {
      if (!this.#behind.has(fed)) this.#post({ type: 'saying', callId: fed.callId, said });
    });
    if (fed.followers === 0 || this.#calls.get(fed.callId) !== fed) stop?.();
    else if (stop) fed.stopHearing = stop;
  }

  #look(): void {
    this.#stopLooking ??= this.#clock.every(LOOK_MS, () => {
      this.#tidy();
      // A moment without news of live calls is no reason to stop: the next look may have some.
      if (this.#watchers > 0)
        void this.haveAll(0).then(
          () => this.#post({ type: 'look' }),
          () => {},
        );
    });
  }

  /** Nobody looks at some of them any more. */
  #tidy(): void {
    const now = this.#clock.now();
    const isDone = (fed: Fed) => fed.followers === 0 && fed.keptUntil <= now && !this.#behind.has(fed);
    if (this.#watchers === 0) for (const fed of [...this.#calls.values()].filter(isDone)) this.#drop(fed);
    if (this.#watchers > 0 || this.#calls.size > 0) return;
    this.#stopLooking?.();
    this.#stopLooking = null;
  }

  #drop(fed: Fed): void {
    this.#leave(fed);
    this.#post({ type: 'not_live', callId: fed.callId });
  }

  #leave(fed: Fed): void {
    fed.stopWatching();
    fed.stopHearing();
    this.#calls.delete(fed.callId);
    this.#behind.delete(fed);
    for (const settle of fed.whenCaughtUp.splice(0)) settle();
  }
}

/** A call that the other thread is told of. */
interface Fed {
  readonly callId: string;
  readonly targets: readonly string[];
  readonly events: CallEvent[];
  /** How many of them the other thread has. */
  posted: number;
  readonly whenCaughtUp: (() => void)[];
  followers: number;
  keptUntil: number;
  readonly stopWatching: () => void;
  stopHearing: () => void;
}

function newlyFed(
  callId: string,
  targets: readonly string[],
  events: CallEvent[],
  stopWatching: () => void,
): Fed {
  const state = { posted: 0, followers: 0, keptUntil: 0, whenCaughtUp: [], stopHearing: () => {} };
  return { callId, targets, events, stopWatching, ...state };
}

/** Quick enough to look alive. */
const LOOK_MS = 500;

/** About a millisecond of the thread that carries calls. */
const POSTED_AT_ONCE = 200;
