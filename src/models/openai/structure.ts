/**
 * Whether a JSON text has more to it, outside its strings, than any message of a model's has.
 *
 * A long string costs a parser next to nothing; a hundred thousand brackets cost it the time of a whole call's
 * sound. This looks at so much and no more, before anything is parsed.
 */
export function isOverBuilt(text: Buffer): boolean {
  if (text.length <= MOST_STRUCTURE_BYTES) return false;
  let seen = 0;
  for (let at = 0; at < text.length; at++) {
    if (++seen > MOST_STRUCTURE_BYTES) return true;
    if (text[at] !== QUOTE) continue;
    // To the end of the string; a quote that is escaped is not the end.
    do {
      at = text.indexOf(QUOTE, at + 1);
      if (at < 0) return false; // no JSON, which a parser notices as cheaply
      if (++seen > MOST_STRUCTURE_BYTES) return true;
    } while (isEscaped(text, at));
  }
  return false;
}

function isEscaped(text: Buffer, at: number): boolean {
  let backslashes = 0;
  while (text[at - 1 - backslashes] === BACKSLASH && backslashes < MOST_STRUCTURE_BYTES) backslashes++;
  return backslashes % 2 === 1;
}

/** The set-up of an agent with fifty tools, repeated by the server, has a quarter of it. */
const MOST_STRUCTURE_BYTES = 64 * 1024;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
