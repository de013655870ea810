/** Text as it is spoken: plain lower-case words, figures read out, and the pauses between them. */
export interface SpokenWord {
  readonly word: string;
  /** How long to rest after it, by the mark that follows in the text. */
  readonly pauseMs: number;
}

/** Between words that follow each other; a comma or a full stop takes longer. */
export const WORD_PAUSE_MS = 45;
const COMMA_PAUSE_MS = 180;
const SENTENCE_PAUSE_MS = 320;

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const ORDINALS =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty'];
const TENTHS = ['', '', 'twentieth', 'thirtieth', 'fortieth', 'fiftieth'];

const LARGEST_NUMBER = 59;

/** A time of day, an ordinal, a number, a word, or a mark: whatever else is written is not spoken. */
const PIECES =
  /(?<hours>\d{1,2}):(?<minutes>[0-5]\d)(?!\d)|(?<ordinal>\d{1,2})(?:st|nd|rd|th)\b|(?<figures>\d+)|(?<word>[a-z]+)|(?<mark>[,;:.!?])/g;

export function wording(text: string): readonly SpokenWord[] {
  const spoken: SpokenWord[] = [];
  for (const { groups } of plain(text).matchAll(PIECES)) {
    const mark = groups?.['mark'];
    const last = spoken.at(-1);
    if (mark === undefined) {
      spoken.push(...read(groups ?? {}).map((word) => ({ word, pauseMs: WORD_PAUSE_MS })));
    } else if (last) {
      spoken[spoken.length - 1] = { ...last, pauseMs: pauseFor(mark) };
    }
  }
  return spoken;
}

/** No capitals, accents or apostrophes. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[\u0300-\u036f'’]/g, '')
    .replaceAll('&', ' and ')
    .toLowerCase();
}

function read(piece: Readonly<Record<string, string | undefined>>): readonly string[] {
  const { hours, minutes, ordinal, figures, word } = piece;
  if (hours !== undefined && minutes !== undefined) return readTime(hours, minutes);
  if (ordinal !== undefined) return readOrdinal(Number(ordinal));
  if (figures !== undefined) return readFigures(figures);
  return word === undefined ? [] : [word];
}

function readTime(hours: string, minutes: string): readonly string[] {
  const hour = readNumber(Number(hours));
  if (minutes === '00') return [...hour, 'oclock'];
  return minutes.startsWith('0')
    ? [...hour, 'o', ...readNumber(Number(minutes))]
    : [...hour, ...readNumber(Number(minutes))];
}

/** Small numbers as numbers; long ones, as an order number is, figure by figure. */
function readFigures(figures: string): readonly string[] {
  const isNumber = figures === '0' || (!figures.startsWith('0') && Number(figures) <= LARGEST_NUMBER);
  return isNumber
    ? readNumber(Number(figures))
    : [...figures].flatMap((figure) => readNumber(Number(figure)));
}

function readNumber(number: number): readonly string[] {
  return readCount(number, UNITS, TENS);
}

function readOrdinal(number: number): readonly string[] {
  return number > LARGEST_NUMBER ? readFigures(String(number)) : readCount(number, ORDINALS, TENTHS);
}

/** `last` and `lastTens` name the word a number ends in, which is where ordinals differ. */
function readCount(number: number, last: readonly string[], lastTens: readonly string[]): readonly string[] {
  const unit = number % 10;
  const ten = (number - unit) / 10;
  if (ten < 2) return [last[number] ?? ''];
  if (ten > 5) return readFigures(String(number));
  return unit === 0 ? [lastTens[ten] ?? ''] : [TENS[ten] ?? '', last[unit] ?? ''];
}

function pauseFor(mark: string): number {
  return mark === ',' || mark === ';' || mark === ':' ? COMMA_PAUSE_MS : SENTENCE_PAUSE_MS;
}
