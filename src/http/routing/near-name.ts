/** The name that was probably meant: one that is a slip away, or two in a long one. Null if there is none. */
export function nearName(written: string, names: Iterable<string>): string | null {
  const wanted = written.toLowerCase();
  const mostSlips = wanted.length < 3 ? 0 : wanted.length < 6 ? 1 : 2;
  let near: { readonly name: string; readonly slips: number } | null = null;
  for (const name of names) {
    const slips = slipsBetween(wanted, name.toLowerCase());
    if (slips <= mostSlips && slips < (near?.slips ?? Number.POSITIVE_INFINITY)) near = { name, slips };
  }
  return near?.name ?? null;
}

/** How many letters are missing, too many, wrong, or have changed places with their neighbour (Damerau). */
function slipsBetween(one: string, other: string): number {
  if (Math.abs(one.length - other.length) > MOST_LENGTHS_APART) return Number.POSITIVE_INFINITY;
  let beforeLast: readonly number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const isSame = one[i - 1] === other[j - 1];
      const candidates = [at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (isSame ? 0 : 1)];
      if (one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        candidates.push(at(beforeLast, j - 2) + 1);
      row.push(Math.min(...candidates));
    }
    beforeLast = last;
    last = row;
  }
  return at(last, other.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}

const MOST_LENGTHS_APART = 2;
