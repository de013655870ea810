import type { Response } from 'express';
import type { Clock } from '../../ports/clock.ts';
import type { LiveView } from '../../ports/live-view.ts';
import { type EventStream, EventStreams } from './event-streams.ts';
import { LiveFeed } from './live-feed.ts';
import { type Answer, PageQueue } from './page-queue.ts';
import type { Channel, FromMaker, LogTrouble, PagePlace, PageRequest } from './page-requests.ts';

/** Told of what is found where calls are kept. */
export interface LogEars {
  /** Whether it can be read, when that changes. */
  changed(trouble: LogTrouble | null): void;
  /** Since when nothing can be kept there; null: it can, as far as is known. */
  since(): number | null;
  /** Something there is damaged: whoever writes has to look through it. */
  suspect(): void;
}

/** Whatever is read of calls: asked for here, made elsewhere, and passed on as it comes. */
export class Pages {
  readonly #place: PagePlace;
  readonly #queue: PageQueue;
  readonly #feed: LiveFeed;
  readonly #streams: EventStreams;
  readonly #log: LogEars;
  /** Those who were not told yet what there is so far. */
  readonly #opening = new Map<number, { readonly channel: Channel; readonly stream: EventStream }>();
  readonly #following = new Map<Channel, Set<EventStream>>();
  #lastId = 0;

  constructor(place: PagePlace, live: LiveView, clock: Clock, log: LogEars = NOBODY) {
    this.#place = place;
    this.#log = log;
    const post = place.post.bind(place);
    this.#queue = new PageQueue(post, clock, () => void this.#startOver());
    this.#feed = new LiveFeed(live, clock, post);
    this.#streams = new EventStreams(clock);
    place.listen({ hear: (message) => this.#hear(message), gone: () => this.#gone() });
  }

  /** For whoever runs the house: how many wait, and how often there were too many. */
  get load(): { readonly waiting: number; readonly refused: number; readonly streams: number } {
    return { waiting: this.#queue.waiting, refused: this.#queue.refused, streams: this.#streams.count };
  }

  /** `left`: whoever wanted it does so no longer. */
  async make(wanted: PageRequest, left: AbortSignal): Promise<Answer> {
    if (!this.#place.isThere()) return { type: 'gone' };
    if (wanted.type === 'call_page' || wanted.type === 'call') await this.#feed.have(wanted.callId, KEPT_MS);
    else if (SHOWS_LIVE_CALLS.has(wanted.type)) await this.#feed.haveAll(KEPT_MS);
    return this.#sinceItBegan(await this.#queue.make(wanted, left));
  }

  /** Tells a page what happens on a call from now on, or on all that go on; says why if it does not. */
  async follow(channel: Channel, response: Response): Promise<'follows' | 'over' | 'busy' | 'gone'> {
    if (!this.#place.isThere()) return 'gone';
    if (this.#streams.count >= MOST_STREAMS) return 'busy';
    if (channel === null) await this.#feed.haveAll(0);
    else if (!(await this.#feed.have(channel, 0))) return 'over';
    const id = ++this.#lastId;
    const stop = this.#feed.follow(channel);
    response.type('text/event-stream').set('X-Accel-Buffering', 'no'); // proxies wait for more, unless told not to
    response.flushHeaders();
    const stream = this.#streams.open(response, () => {
      stop();
      const isOpening = this.#opening.delete(id);
      const wasFollowing = this.#following.get(channel)?.delete(stream) ?? false;
      if (channel !== null && (isOpening || wasFollowing))
        this.#place.post({ type: 'unfollow', callId: channel });
    });
    if (response.destroyed) return 'follows';
    this.#opening.set(id, { channel, stream });
    if (!this.#place.post({ type: 'follow', id, channel })) stream.cut();
    return 'follows';
  }

  close(): Promise<void> {
    return this.#place.close();
  }

  /** Whoever writes notices that a log is away; who reads, only when somebody wants to. */
  #sinceItBegan(answer: Answer): Answer {
    const sinceWallMs = this.#log.since();
    if (answer.type !== 'no_log' || sinceWallMs === null || sinceWallMs > answer.trouble.sinceWallMs)
      return answer;
    return { ...answer, trouble: { ...answer.trouble, sinceWallMs } };
  }

  #hear(message: FromMaker): void {
    switch (message.type) {
      case 'opened':
        return this.#opened(message.id, message.bytes);
      case 'told':
        return this.#tell(message.channel, message.bytes, message.isLast);
      case 'log':
        return this.#log.changed(message.trouble);
      case 'log_suspect':
        return this.#log.suspect();
      default:
        return this.#queue.hear(message);
    }
  }

  #opened(id: number, bytes: Uint8Array): void {
    const opening = this.#opening.get(id);
    if (!opening) return; // it has left
    const { channel, stream } = opening;
    this.#opening.delete(id);
    const following = this.#following.get(channel) ?? new Set();
    this.#following.set(channel, following.add(stream));
    stream.begin(bytes);
  }

  #tell(channel: Channel, bytes: Uint8Array, isLast: boolean): void {
    const following = this.#following.get(channel);
    if (isLast) this.#following.delete(channel);
    for (const stream of following ?? []) {
      stream.push(bytes);
      if (isLast) stream.end();
    }
  }

  /** Pages that follow something ask again, and are told everything anew. */
  #gone(): void {
    this.#feed.gone();
    this.#opening.clear();
    this.#following.clear();
    this.#streams.cutAll();
    this.#queue.gone();
  }

  async #startOver(): Promise<void> {
    const closed = this.#place.close();
    this.#gone();
    await closed;
  }
}

const NOBODY: LogEars = { changed() {}, since: () => null, suspect() {} };

const SHOWS_LIVE_CALLS: ReadonlySet<PageRequest['type']> = new Set([
  'live_calls_page',
  'live_page',
  'live_calls',
]);

/** A page is asked for again by whoever waits for the end of a call. */
const KEPT_MS = 30_000;

/** More than look at one house; each holds a connection. */
const MOST_STREAMS = 1_000;
