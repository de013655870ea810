import { unreachable } from '../../errors.ts';
import type { CallCard, CallQuery } from '../../ports/store.ts';
import { CSV_COLUMNS, csvLine } from '../api/call-files.ts';
import { LiveBoard } from '../pages/live-page.ts';
import type { CallReads, Room } from '../pages/room.ts';
import { LiveMirror } from './live-mirror.ts';
import { bytesOf, make } from './make.ts';
import type { Channel, FromMaker, LogTrouble, Made, PageRequest, ToMaker } from './page-requests.ts';

export interface MakerParts extends Omit<Room, 'live'> {
  readonly say: (message: FromMaker) => void;
  /** What the store says when it cannot be read just now; null for what is a mistake of ours. */
  readonly troubleOf: (error: unknown) => Omit<LogTrouble, 'sinceWallMs'> | null;
  readonly wallMs: () => number;
}

/**
 * Makes whatever is read of calls, where it holds up none of them: pages, answers of the API, files to take away, and
 * what is told of live calls to those who follow them.
 */
export class PageMaker {
  readonly #parts: MakerParts;
  readonly #mirror: LiveMirror;
  readonly #room: Room;
  readonly #board: LiveBoard;
  readonly #files = new Map<number, AsyncIterator<string>>();
  #toldOfAll = '[]';
  #trouble: LogTrouble | null = null;

  constructor(parts: MakerParts) {
    this.#parts = parts;
    this.#mirror = new LiveMirror(parts.reading);
    this.#room = { ...parts, live: this.#mirror };
    this.#board = new LiveBoard(this.#mirror, parts.reading);
  }

  hear(message: ToMaker): void {
    switch (message.type) {
      case 'wanted':
        return void this.#answer(message.id, message.wanted);
      case 'more':
        return void this.#nextPiece(message.id);
      case 'enough':
        void this.#files.get(message.id)?.return?.();
        this.#files.delete(message.id);
        return;
      case 'live': {
        const { callId, targets, events } = message;
        const isLast = events.some(({ type }) => type === 'ended');
        return this.#tell(callId, this.#mirror.happened(callId, targets, events), isLast);
      }
      case 'saying':
        return this.#tell(message.callId, this.#mirror.says(message.callId, message.said));
      case 'not_live':
        return this.#mirror.forget(message.callId);
      case 'follow':
        return this.#open(message.id, message.channel);
      case 'unfollow':
        return this.#mirror.unfollow(message.callId);
      case 'look':
        return this.#look();
      default:
        return unreachable(message);
    }
  }

  async #answer(id: number, wanted: PageRequest): Promise<void> {
    try {
      const made =
        wanted.type === 'calls_file'
          ? await this.#begin(id, wanted)
          : await make(wanted, this.#room, this.#board);
      if (this.#hasRead(wanted)) this.#logIs(null);
      this.#parts.say({ type: 'made', id, made });
    } catch (error) {
      this.#refuse(id, error);
    }
  }

  /** Of what goes on all can be told, whether the log can be read or not. */
  #hasRead(wanted: PageRequest): boolean {
    const isOfCall = wanted.type === 'call' || wanted.type === 'call_page';
    return !READS_NOTHING.has(wanted.type) && !(isOfCall && this.#mirror.find(wanted.callId));
  }

  #refuse(id: number, error: unknown): void {
    const found = this.#parts.troubleOf(error);
    if (found === null) return this.#parts.say({ type: 'failed', id, message: nameOf(error) });
    const isKnown = this.#trouble?.sentence === found.sentence;
    const sinceWallMs = this.#trouble?.sinceWallMs ?? this.#parts.wallMs();
    const trouble = this.#trouble && isKnown ? this.#trouble : { ...found, sinceWallMs };
    this.#logIs(trouble);
    this.#parts.say({ type: 'made', id, made: { type: 'no_log', trouble } });
  }

  /** Told once, and once more when it is over. */
  #logIs(trouble: LogTrouble | null): void {
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    this.#parts.say({ type: 'log', trouble });
  }

  /** The first piece says whether there will be any. */
  async #begin(id: number, { format, query }: CallsFile): Promise<Made> {
    const pieces = piecesOf(format, this.#parts.store, query);
    const first = await pieces.next();
    this.#files.set(id, pieces);
    return {
      type: 'whole',
      contentType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl; charset=utf-8',
      fileName: `calls.${format}`,
      bytes: bytesOf(first.done ? '' : first.value),
      goesOn: true,
    };
  }

  async #nextPiece(id: number): Promise<void> {
    try {
      const next = await this.#files.get(id)?.next();
      if (next === undefined) return; // nobody waits for it any more
      if (next.done) this.#files.delete(id);
      this.#parts.say({ type: 'piece', id, bytes: next.done ? null : bytesOf(next.value) });
    } catch (error) {
      this.#files.delete(id);
      this.#parts.say({ type: 'failed', id, message: nameOf(error) });
    }
  }

  #open(id: number, channel: Channel): void {
    if (channel === null) this.#look(); // those who follow already must not miss what this one is told
    const words = channel === null ? callsFrame(this.#toldOfAll) : this.#mirror.follow(channel);
    this.#parts.say({ type: 'opened', id, bytes: bytesOf(words) });
  }

  #look(): void {
    const now = JSON.stringify(this.#board.cards());
    if (now === this.#toldOfAll) return;
    this.#toldOfAll = now;
    this.#tell(null, callsFrame(now));
  }

  #tell(channel: Channel, words: string, isLast = false): void {
    if (words === '' && !isLast) return;
    this.#parts.say({ type: 'told', channel, bytes: bytesOf(words), isLast });
  }
}

type CallsFile = Extract<PageRequest, { type: 'calls_file' }>;

async function* piecesOf(
  format: CallsFile['format'],
  store: CallReads,
  query: CallQuery,
): AsyncGenerator<string> {
  const lineOf = format === 'csv' ? csvLine : (card: CallCard) => `${JSON.stringify(card)}\n`;
  let piece = format === 'csv' ? `${Object.keys(CSV_COLUMNS).join(',')}\r\n` : '';
  for await (const card of store.each(query)) {
    piece += lineOf(card);
    if (piece.length < PIECE_CHARS) continue;
    yield piece;
    piece = '';
  }
  yield piece;
}

function callsFrame(json: string): string {
  return `event: calls\ndata: ${json}\n\n`;
}

/** What was said, and numbers, stay out of what is logged. */
function nameOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name} at ${error.stack?.split('\n')[1]?.trim() ?? 'an unknown place'}`
    : typeof error;
}

const READS_NOTHING: ReadonlySet<PageRequest['type']> = new Set([
  'live_calls_page',
  'live_page',
  'live_calls',
]);

const PIECE_CHARS = 32 * 1024;
