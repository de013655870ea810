import { unreachable } from '../../errors.ts';
import { practiceScript, transcriptText, transcriptVtt } from '../api/call-files.ts';
import { callPage } from '../pages/call-page.ts';
import { awayPage, callsPage } from '../pages/calls-page.ts';
import { type LiveBoard, livePage } from '../pages/live-page.ts';
import { markersOf } from '../pages/markers.ts';
import { numbersPage } from '../pages/numbers-page.ts';
import { callerSound, peaksOf } from '../pages/recording-file.ts';
import { type KnownCall, knownCall, type Room } from '../pages/room.ts';
import type { Bytes, CallPart, Made, PageRequest, Whole } from './page-requests.ts';

/** What is made in one go: everything but files of many calls. */
export type PlainPageRequest = Exclude<PageRequest, { type: 'calls_file' }>;

/** Makes what is wished for. Rejects with what the store says, and never else but by a mistake of ours. */
export async function make(wanted: PlainPageRequest, room: Room, board: LiveBoard): Promise<Made> {
  const { store, reading, live } = room;
  switch (wanted.type) {
    case 'calls_page':
      return page(await callsPage(store, wanted));
    case 'live_calls_page': {
      const cards = live.list().flatMap(({ callId, state }) => reading.card(callId, state) ?? []);
      return page(awayPage(cards, wanted.trouble, wanted.context));
    }
    case 'live_page':
      return page(livePage(board.cards(), wanted.watched, wanted.context));
    case 'numbers_page':
      return page(numbersPage(await store.figures(wanted.query), wanted));
    case 'call_page': {
      const call = await knownCall(room, wanted.callId);
      return call ? page(callPage(call, reading, wanted.context)) : NOTHING;
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
export function bytesOf(words: string): Bytes {
  return new TextEncoder().encode(words);
}
