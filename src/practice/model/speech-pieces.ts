/** What speech is cut into on its way out. */
export type SpeechPiece =
  | { readonly type: 'words'; readonly text: string }
  | { readonly type: 'sound'; readonly bytes: Uint8Array };

export interface SpeechCut {
  readonly bytesPerMs: number;
  /** Whole samples only: 2 for 16-bit sound. */
  readonly bytesPerSample: number;
  /** Pieces of exactly this many bytes, samples or not. */
  readonly chunkBytes?: number | undefined;
  /** Goes on, from the beginning again, until so much has been said. */
  readonly untilMs?: number | undefined;
}

/** Live servers promise nothing about sizes, so these are never a multiple of a telephone's frame for long. */
const SHORTEST_MS = 37;
const SPREAD_MS = 151;
/** Words run ahead of their sound by this share of the sentence. */
const LEAD = 0.35;

/** The pieces of one spoken sentence in the order they are sent. */
export function* speechPieces(text: string, sound: Uint8Array, cut: SpeechCut): Generator<SpeechPiece> {
  const words = text.split(/(?<=\s)/);
  const totalBytes = sound.length === 0 ? 0 : Math.max(sound.length, (cut.untilMs ?? 0) * cut.bytesPerMs);
  let saidWords = 0;
  let sentBytes = 0;
  for (let index = 0; sentBytes < totalBytes; index++) {
    const wordsDue = Math.ceil(words.length * Math.min(1, sentBytes / sound.length + LEAD));
    if (wordsDue > saidWords) yield { type: 'words', text: words.slice(saidWords, wordsDue).join('') };
    saidWords = Math.max(saidWords, wordsDue);
    const from = sentBytes % sound.length;
    const bytes = sound.subarray(from, from + pieceBytes(index, cut));
    sentBytes += bytes.length;
    yield { type: 'sound', bytes };
  }
  if (saidWords < words.length) yield { type: 'words', text: words.slice(saidWords).join('') };
}

/** Sizes that look random and are the same every time. */
function pieceBytes(index: number, cut: SpeechCut): number {
  if (cut.chunkBytes !== undefined) return Math.max(1, cut.chunkBytes);
  const ms = SHORTEST_MS + ((index * 89) % SPREAD_MS);
  const samples = Math.floor((ms * cut.bytesPerMs) / cut.bytesPerSample) | 1;
  return samples * cut.bytesPerSample;
}

/** A text or the arguments of a call, cut wherever it happens to be; a flood repeats it, in large pieces. */
export function textPieces(text: string, floodChars?: number): Iterable<string> {
  return floodChars === undefined ? (text.match(/[\s\S]{1,11}/g) ?? []) : flood(text, floodChars);
}

function* flood(text: string, chars: number): Generator<string> {
  const piece = (text || 'more ').repeat(Math.ceil(FLOOD_PIECE_CHARS / Math.max(1, text.length)));
  for (let given = 0; given < chars; given += FLOOD_PIECE_CHARS) {
    yield piece.slice(0, Math.min(FLOOD_PIECE_CHARS, chars - given));
  }
}

const FLOOD_PIECE_CHARS = 16_384;
