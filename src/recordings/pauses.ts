/** A stretch of samples, the last one not included. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** Knows which parts of a call must not be kept, also when their sound comes late. */
export class Pauses {
  #since: number | null = 0;
  readonly #past: Span[] = [];

  pause(position: number): void {
    this.#since = this.#since === null ? position : Math.min(this.#since, position);
  }

  resume(position: number): void {
    if (this.#since === null) return;
    this.#past.push({ from: this.#since, until: Math.max(this.#since, position) });
    this.#since = null;
    if (this.#past.length > MOST_PAST) this.#past.shift();
  }

  /** What of a stretch may be kept. */
  allowed(span: Span): readonly Span[] {
    if (this.#since === null && (this.#past.at(-1)?.until ?? 0) <= span.from) return [span];
    const closed = this.#since === null ? [] : [{ from: this.#since, until: Number.POSITIVE_INFINITY }];
    return [...this.#past, ...closed].reduce<readonly Span[]>(
      (spans, pause) => spans.flatMap((left) => without(left, pause)),
      [span],
    );
  }
}

function without(span: Span, gap: Span): readonly Span[] {
  if (gap.until <= span.from || gap.from >= span.until) return [span];
  const before = { from: span.from, until: gap.from };
  const after = { from: gap.until, until: span.until };
  return [before, after].filter(({ from, until }) => from < until);
}

/** Sound is seconds late at most; pauses are minutes apart. */
const MOST_PAST = 16;
