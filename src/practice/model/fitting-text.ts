/*
 * Finds a text for a regular expression, as JSON Schemas have them: enough of the grammar for the patterns people
 * write for numbers, codes and dates. Whatever it finds is tried on the expression before it is given out.
 */

/** Some text the pattern takes; null when none was found. */
export function fittingText(pattern: string): string | null {
  try {
    const found = new Reader(pattern).alternatives();
    return new RegExp(pattern, 'u').test(found) ? found : null;
  } catch {
    return null;
  }
}

const CLASSES: Readonly<Record<string, string>> = { d: '4', w: 'a', s: ' ', D: 'a', W: '-', S: 'a' };
const EASY = ['a', 'A', '4', '-', ' ', '.'];
const MOST_TIMES = 1_000;

/** Reads a pattern from left to right, taking the first way wherever there are several. */
class Reader {
  readonly #pattern: string;
  #at = 0;

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  alternatives(): string {
    const first = this.#sequence();
    while (this.#takes('|')) this.#sequence();
    return first;
  }

  #sequence(): string {
    let text = '';
    while (this.#at < this.#pattern.length && !'|)'.includes(this.#next)) {
      const atom = this.#atom();
      text += atom.repeat(this.#times());
    }
    return text;
  }

  #atom(): string {
    const char = this.#take();
    if (char === '^' || char === '$') return '';
    if (char === '.') return 'a';
    if (char === '[') return this.#oneOf();
    if (char === '\\') return this.#escaped();
    if (char !== '(') return char;
    const looks = /^\?[=!]|^\?<[=!]/.test(this.#pattern.slice(this.#at));
    this.#at += /^\?(?:[:=!]|<[=!]|<\w+>)/.exec(this.#pattern.slice(this.#at))?.[0].length ?? 0;
    const inner = this.alternatives();
    this.#takes(')');
    return looks ? '' : inner;
  }

  #escaped(): string {
    const char = this.#take();
    return char === 'b' || char === 'B' ? '' : (CLASSES[char] ?? char);
  }

  #oneOf(): string {
    const isNegated = this.#takes('^');
    const start = this.#at;
    let first = '';
    while (this.#at < this.#pattern.length && (this.#next !== ']' || this.#at === start)) {
      const char = this.#take();
      const read = char === '\\' ? this.#escaped() : char;
      first ||= read;
    }
    const inside = this.#pattern.slice(start, this.#at);
    this.#takes(']');
    if (!isNegated) return first;
    const outside = new RegExp(`[^${inside}]`, 'u');
    return EASY.find((char) => outside.test(char)) ?? 'a';
  }

  /** As few as the pattern allows; where it allows none, none. */
  #times(): number {
    const counted = /^\{(\d+)(?:,\d*)?\}/.exec(this.#pattern.slice(this.#at));
    if (counted) this.#at += counted[0].length;
    const isOptional = !counted && (this.#takes('*') || this.#takes('?'));
    if (!counted && !isOptional) this.#takes('+');
    this.#takes('?');
    return isOptional ? 0 : Math.min(MOST_TIMES, Number(counted?.[1] ?? 1));
  }

  get #next(): string {
    return this.#pattern.charAt(this.#at);
  }

  #take(): string {
    return this.#pattern.charAt(this.#at++);
  }

  #takes(char: string): boolean {
    const isNext = this.#next === char;
    if (isNext) this.#at += 1;
    return isNext;
  }
}
