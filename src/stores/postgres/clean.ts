/** Postgres takes neither zero characters nor halves of surrogate pairs in its texts. */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\u{fffd}');
}

/** For its JSON columns, which do not take them escaped either. */
export function cleanJson(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'string' ? cleanText(part) : part));
}
