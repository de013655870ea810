/**
 * Key presses as sound, for the other end's keypad menus: the carrier has no message for sending them.
 */
import { bytesPerMs, silence } from '../audio/format.ts';
import { encodeMulaw } from '../audio/g711.ts';

export interface DtmfShape {
  /** How long a key sounds. Receivers take 40 ms for a key and must ignore less than 23. */
  readonly toneMs: number;
  /** How long it is quiet afterwards. */
  readonly pauseMs: number;
  /** Both ends of a tone swell and fade, so that they do not click. */
  readonly edgeMs: number;
  readonly rowDbm0: number;
  /** Two decibels louder, because lines lose more of the high tones. */
  readonly columnDbm0: number;
}

export const DTMF_SHAPE = {
  toneMs: 100,
  pauseMs: 100,
  edgeMs: 3,
  rowDbm0: -9,
  columnDbm0: -7,
} as const satisfies DtmfShape;

/** What a dialling string may have between its keys. */
const WAIT_MS = new Map([
  ['w', 500],
  ['W', 1000],
]);

/** Two hundred milliseconds of μ-law: the tones of a key, then quiet. `w` and `W` are half and whole seconds of quiet. */
export function dtmfTone(key: string): Uint8Array {
  return soundOf(key).slice();
}

/** Key after key. */
export function dtmfTones(keys: string): Uint8Array {
  const sounds = Array.from(keys, soundOf);
  const whole = new Uint8Array(sounds.reduce((bytes, sound) => bytes + sound.length, 0));
  let at = 0;
  for (const sound of sounds) {
    whole.set(sound, at);
    at += sound.length;
  }
  return whole;
}

const made = new Map<string, Uint8Array>();

function soundOf(key: string): Uint8Array {
  const sound = made.get(key) ?? makeSound(key);
  made.set(key, sound);
  return sound;
}

function makeSound(key: string): Uint8Array {
  const waitMs = WAIT_MS.get(key);
  if (waitMs !== undefined) return silence('pcmu', waitMs);
  const tones = tonesOf(key);
  if (!tones)
    throw new Error(`Expected a key (0-9, *, #, A-D) or a wait (w, W), got ${JSON.stringify(key)}.`);

  const [rowHz, columnHz] = tones;
  const [row, column] = [amplitude(DTMF_SHAPE.rowDbm0), amplitude(DTMF_SHAPE.columnDbm0)];
  const samples = Int16Array.from({ length: DTMF_SHAPE.toneMs * SAMPLES_PER_MS }, (_, at) =>
    Math.round(edge(at) * (row * wave(rowHz, at) + column * wave(columnHz, at))),
  );
  const sound = silence('pcmu', DTMF_SHAPE.toneMs + DTMF_SHAPE.pauseMs);
  sound.set(encodeMulaw(samples));
  return sound;
}

const SAMPLES_PER_MS = bytesPerMs('pcmu');

function wave(hz: number, at: number): number {
  return Math.sin((2 * Math.PI * hz * at) / (1000 * SAMPLES_PER_MS));
}

/** From 0 to 1 along a raised cosine, and back. */
function edge(at: number): number {
  const lastAt = DTMF_SHAPE.toneMs * SAMPLES_PER_MS - 1;
  const way = Math.min(1, Math.min(at, lastAt - at) / (DTMF_SHAPE.edgeMs * SAMPLES_PER_MS));
  return (1 - Math.cos(Math.PI * way)) / 2;
}

/** A sine at the limit of μ-law, 32636, has +3.17 dBm0. */
function amplitude(dbm0: number): number {
  return 32636 * 10 ** ((dbm0 - 3.17) / 20);
}

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

type DtmfKey = (typeof KEYPAD)[number][number];

export const DTMF_KEYS: readonly DtmfKey[] = KEYPAD.flat();

const PLACES: ReadonlyMap<string, number> = new Map(DTMF_KEYS.map((key, at) => [key, at]));

/** The row and the column tone of a key; null if there is no such key. */
export function tonesOf(key: string): readonly [rowHz: number, columnHz: number] | null {
  const at = PLACES.get(key) ?? -1;
  const rowHz = DTMF_ROWS_HZ[Math.floor(at / DTMF_COLUMNS_HZ.length)];
  const columnHz = DTMF_COLUMNS_HZ[at % DTMF_COLUMNS_HZ.length];
  return rowHz === undefined || columnHz === undefined ? null : [rowHz, columnHz];
}
