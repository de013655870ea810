/** The four low tones of a telephone's keypad, one for each row. */
export const DTMF_ROWS_HZ = [697, 770, 852, 941] as const;

/** The four high tones, one for each column. */
export const DTMF_COLUMNS_HZ = [1209, 1336, 1477, 1633] as const;

const KEYPAD = [
  ['1', '2', '3', 'A'],
  ['4', '5', '6', 'B'],
  ['7', '8', '9', 'C'],
  ['*', '0', '#', 'D'],
] as const;

export type DtmfKey = (typeof KEYPAD)[number][number];

export const DTMF_KEYS: readonly DtmfKey[] = KEYPAD.flat();

/** The key at a place, both counted from 0. */
export function keyAt(row: number, column: number): DtmfKey | null {
  return KEYPAD[row]?.[column] ?? null;
}

const PLACES: ReadonlyMap<string, number> = new Map(DTMF_KEYS.map((key, at) => [key, at]));

/** The row and the column tone of a key; null if there is no such key. */
export function tonesOf(key: string): readonly [rowHz: number, columnHz: number] | null {
  const at = PLACES.get(key) ?? -1;
  const rowHz = DTMF_ROWS_HZ[Math.floor(at / DTMF_COLUMNS_HZ.length)];
  const columnHz = DTMF_COLUMNS_HZ[at % DTMF_COLUMNS_HZ.length];
  return rowHz === undefined || columnHz === undefined ? null : [rowHz, columnHz];
}
