/**
 * The words of a text as searching knows them: small letters and digits only, without accents.
 *
 * Both stores index exactly these and both searches are made of exactly these, so that they find the same, and so
 * that nothing of a search is ever read as a query language.
 */
export function wordsOf(text: string): readonly string[] {
  const plain = text
    .normalize('NFKD')
    .replaceAll(/\p{Mn}/gu, '')
    .toLowerCase();
  const runs = plain.match(/[\p{L}\p{N}]+/gu) ?? [];
  return runs
    .flatMap((run) => (WITHOUT_SPACES.test(run) ? segmented(run) : [run]))
    .map((word) => word.slice(0, MOST_CHARS));
}

/** What is looked for, bounded. */
export function searchedWords(text: string): readonly string[] {
  return [...new Set(wordsOf(text.slice(0, MOST_SEARCH_CHARS)))].slice(0, MOST_SEARCHED);
}

function segmented(run: string): readonly string[] {
  return [...WORDS.segment(run)].filter(({ isWordLike }) => isWordLike).map(({ segment }) => segment);
}

/** Scripts that do not put spaces between words. */
const WITHOUT_SPACES =
  /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u;
const WORDS = new Intl.Segmenter(undefined, { granularity: 'word' });

/** Longer ones are not words. */
const MOST_CHARS = 64;
const MOST_SEARCHED = 12;
const MOST_SEARCH_CHARS = 400;
