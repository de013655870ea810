import { unreachable } from '../../errors.ts';
import type { CallCard, CallQuery } from '../../ports/store.ts';
import { CSV_COLUMNS, csvLine, practiceScript, transcriptText, transcriptVtt } from '../api/call-files.ts';
import { callPage } from '../pages/call-page.ts';
import { awayPage, callsPage } from '../pages/calls-page.ts';
import { LiveBoard, livePage } from '../pages/live-page.ts';
import { markersOf } from '../pages/markers.ts';
import { numbersPage } from '../pages/numbers-page.ts';
import { callerSound, peaksOf } from '../pages/recording-file.ts';
import { type CallReads, type KnownCall, knownCall, type Room } from '../pages/room.ts';
import { LiveMirror } from './live-mirror.ts';
import type {
  Bytes,
  CallPart,
  Channel,
  FromMaker,
  LogTrouble,
  Made,
  PageRequest,
  ToMaker,
  Whole,
} from './page-requests.ts';

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

/** What is made in one go: everything but files of many calls. */
export type PlainPageRequest = Exclude<PageRequest, { type: 'calls_file' }>;

/** Makes what is wished for. Rejects with what the store says, and never else but by a mistake of ours. */
async function make(wanted: PlainPageRequest, room: Room, board: LiveBoard): Promise<Made> {
  const { store, reading, live } = room;
  switch (wanted.type) {
    case 'calls_page':
      return page(await callsPage(store, wanted));
    case 'live_calls_page': {
      const cards = live.list().flatMap(({ callId, state }) => reading.card(callId, state) ?? []);
      return page(awayPage(cards, wanted.trouble, wanted.visit));
    }
    case 'live_page':
      return page(livePage(board.cards(), wanted.watched, wanted.visit));
    case 'numbers_page':
      return page(numbersPage(await store.figures(wanted.query), wanted));
    case 'call_page': {
      const call = await knownCall(room, wanted.callId);
      return call ? page(callPage(call, reading, wanted.visit)) : NOTHING;
    }
    case 'calls':
      return json(await store.list(wanted.query));
    case 'figures':
      return json({ days: await store.figures(wanted.query) });
    case 'live_calls':
      return json({ calls: board.cards() });
    case 'call':
      return partOfCall(wanted.callId, wanted.what, room);
    default:
      return unreachable(wanted);
  }
}

async function partOfCall(callId: string, what: CallPart, room: Room): Promise<Made> {
  const { store, recordings, live } = room;
  if (what === 'recording' || what === 'peaks') {
    const isKnown = live.find(callId) !== undefined || (await store.card(callId)) !== null;
    const path = isKnown ? await recordings.find(callId) : null;
    if (path === null) return NOTHING;
    if (what === 'recording') return { type: 'file', path, contentType: 'audio/wav' };
    const peaks = await peaksOf(path);
    return peaks ? json(peaks) : NOTHING;
  }
  const call = await knownCall(room, callId);
  return call ? read(call, what, room) : NOTHING;
}

async function read(
  { card, events, state }: KnownCall,
  what: Exclude<CallPart, 'recording' | 'peaks'>,
  { reading, recordings }: Room,
): Promise<Made> {
  const { callId } = card;
  switch (what) {
    case 'everything':
      return json({
        ...card,
        transcript: reading.transcript(state),
        latencies: state.latencies,
        toolUses: [...state.tools.values()],
        markers: markersOf(events, state, card.notes),
        costs: reading.cost(state),
        pricesAsOf: reading.pricesAsOf,
      });
    case 'events': {
      const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
      return text(lines, 'application/jsonl', `${callId}.jsonl`);
    }
    case 'transcript.txt':
      return text(transcriptText(reading.transcript(state)), 'text/plain', `${callId}.txt`);
    case 'transcript.vtt':
      return text(transcriptVtt(reading.transcript(state)), 'text/vtt', `${callId}.vtt`);
    case 'transcript.json':
      return json(reading.transcript(state), `${callId}.json`);
    case 'practice': {
      const path = await recordings.find(callId);
      const soundOf = async (fromMs: number, untilMs: number) =>
        path === null ? null : callerSound(path, fromMs, untilMs);
      return json(await practiceScript(events, state, reading, soundOf), `${callId}.practice.json`);
    }
    default:
      return unreachable(what);
  }
}

const NOTHING = { type: 'nothing' } as const satisfies Made;

function page(whole: string): Whole {
  return text(whole, 'text/html');
}

function json(value: unknown, fileName: string | null = null): Whole {
  return text(JSON.stringify(value), 'application/json', fileName);
}

export function text(whole: string, type: string, fileName: string | null = null): Whole {
  const contentType = `${type}; charset=utf-8`;
  return { type: 'whole', contentType, fileName, bytes: bytesOf(whole), goesOn: false };
}

/** In memory of its own, which can be given away. */
function bytesOf(words: string): Bytes {
  return new TextEncoder().encode(words);
}
