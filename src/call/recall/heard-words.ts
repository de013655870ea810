/** What was said, parted where the caller stopped hearing it. Joined, the two are the whole again. */
export interface HeardWords {
  readonly heard: string;
  readonly unheard: string;
}

/**
 * Parts a text at the last word that was heard to its end, in proportion to how much of its sound was.
 *
 * The model tells no times of its words. Speech runs evenly enough for the cut to be right to a word or so.
 */
export function splitHeard(text: string, heardMs: number, totalMs: number): HeardWords {
  if (heardMs >= totalMs && heardMs > 0) return { heard: text, unheard: '' };
  const share = totalMs > 0 ? Math.max(0, heardMs) / totalMs : 0;
  const at = endOfLastWord(text, share * text.length);
  return { heard: text.slice(0, at), unheard: text.slice(at) };
}

/** Where the last word ends that ends before this place, with the punctuation that hangs on it. */
function endOfLastWord(text: string, before: number): number {
  let end = 0;
  let isAttached = false; // what comes next still belongs to a word that was heard
  for (const { segment, index, isWordLike } of WORDS.segment(text)) {
    if (isWordLike) {
      if (index + segment.length > before) break;
      isAttached = true;
    } else if (/\s/.test(segment)) isAttached = false;
    if (isAttached) end = index + segment.length;
  }
  return end;
}

/** Knows words also where no spaces part them. */
const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });
