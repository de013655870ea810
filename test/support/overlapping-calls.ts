import type { CallEvent } from '../../src/ports/facts.ts';
import type { StoredEvent } from '../../src/ports/store.ts';
import { agentSaid, eventsOf, type Happening, rang, SEED_WALL_MS } from './logged-calls.ts';

export interface OverlappingCalls {
  readonly calls: ReadonlyMap<string, readonly CallEvent[]>;
  /** Their events in the order in which they happen, some at a time, as a writer gives them to the store. */
  readonly batches: readonly (readonly StoredEvent[])[];
}

/** Calls that begin 0.4 s apart and go on at the same time, in which different things are said; for a seed always the same. */
export function overlappingCalls(count: number, seed: number): OverlappingCalls {
  const next = numbersFrom(seed);
  const calls = new Map<string, readonly CallEvent[]>();
  for (let n = 0; n < count; n++)
    calls.set(`CA${seed}x${n}`, aCallOf(next, SEED_WALL_MS + seed * 3_600_000 + n * 400));
  const all = [...calls]
    .flatMap(([callId, events], n) => events.map((event) => ({ callId, event, at: event.atMs + n * 400 })))
    .sort((one, other) => one.at - other.at);
  const batches: StoredEvent[][] = [];
  for (let at = 0; at < all.length; ) {
    const size = 1 + next(7);
    batches.push(all.slice(at, at + size).map(({ callId, event }) => ({ callId, event })));
    at += size;
  }
  return { calls, batches };
}

function aCallOf(next: (below: number) => number, wallMs: number): readonly CallEvent[] {
  const sentence = () => Array.from({ length: 2 + next(14) }, () => WORDS[next(WORDS.length)]).join(' ');
  const turns: Happening[] = Array.from({ length: 3 + next(6) }).flatMap((_, turn): Happening[] => {
    const atMs = 1_000 + turn * 5_000 + next(2_000);
    return [
      [atMs, { type: 'caller_said', text: sentence() }],
      [atMs + next(2_500), agentSaid(`r${turn}`, sentence(), 2_000, 2_000)],
    ];
  });
  return eventsOf([[0, rang({ wallMs })], ...turns, [60_000, { type: 'ended', reason: 'caller_hung_up' }]]);
}

/** Whole numbers below a bound, which look like chance. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS =
  `we are open from nine to six on weekdays and until noon on saturdays order number four two one seven is ready
  to collect thank you for calling harbour opticians good day how can i help your appointment booked monday the twenty
  third of november at half past ten this call is recorded would you like first one please which name robin marlow
  goodbye sorry did not hear that again frames lenses glasses test eyes contact repair 4217 4711 10 30`.split(
    /\s+/,
  );
