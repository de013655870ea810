import type { CallEvent } from '../../src/ports/facts.ts';
import { wordsSaid } from '../../src/stores/shared/search.ts';

/**
 * A scan, to hold searches against: every word of these calls, and beginnings of words, with the calls in which
 * something that begins so was said.
 */
export function callsByWord(
  calls: ReadonlyMap<string, readonly CallEvent[]>,
): ReadonlyMap<string, readonly string[]> {
  const said = [...calls].map(([callId, events]) => ({ callId, words: new Set(events.flatMap(wordsSaid)) }));
  const starts = new Set(
    said.flatMap(({ words }) => [...words].flatMap((word) => [word, word.slice(0, 2), word.slice(0, 3)])),
  );
  const callsWith = (start: string) =>
    said.flatMap(({ callId, words }) => ([...words].some((word) => word.startsWith(start)) ? [callId] : []));
  return new Map([...starts].map((start) => [start, callsWith(start).sort()]));
}
