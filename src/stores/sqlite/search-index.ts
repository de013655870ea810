import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { wordsSaid } from '../shared/search.ts';
import { fromKept, type KeptEvent } from '../shared/upcast.ts';

/**
 * The words of all calls, for searching. They are a copy of what the events say, so that the index can be made anew
 * at any time: it must never cost a call.
 *
 * It does without FTS5's own `secure-delete`, with which SQLite 3.53 spoils an index of `detail = none` when several
 * rows change in one transaction, and which makes each change some forty times as dear. What is deleted stays readable
 * in the index until it is compacted.
 */
export class SearchIndex {
  readonly #words: StatementSync;
  readonly #setWords: StatementSync;

  constructor(database: DatabaseSync) {
    this.#words = database.prepare('SELECT words FROM said WHERE rowid = ?');
    this.#setWords = database.prepare('INSERT OR REPLACE INTO said (rowid, words) VALUES (?, ?)');
  }

  /** Adds words to those of a call. */
  add(call: number, words: readonly string[]): void {
    if (words.length === 0) return;
    const before = this.#words.get(call)?.['words'];
    const all = before === undefined ? words.join(' ') : `${before} ${words.join(' ')}`;
    this.#setWords.run(call, all.slice(0, MOST_INDEXED_CHARS));
  }
}

/** Writes the index together anew, without what was deleted of it. */
export function compactIndex(database: DatabaseSync): void {
  database.exec(`INSERT INTO said (said) VALUES ('optimize')`);
}

/** Makes the index, in place of the one that is there, of what the events say. Wants to be one transaction. */
export function makeIndex(database: DatabaseSync): void {
  database.exec(`
    DROP TABLE IF EXISTS said;
    CREATE VIRTUAL TABLE said
      USING fts5 (words, detail = none, prefix = '2 3', tokenize = 'unicode61 remove_diacritics 0');
  `);
  const index = new SearchIndex(database);
  let call = Number.NaN;
  const words: string[] = [];
  const all = database.prepare('SELECT call, event, version FROM events ORDER BY call, seq');
  for (const row of all.iterate()) {
    if (row['call'] !== call) index.add(call, words.splice(0));
    call = Number(row['call']);
    words.push(...wordsIn(row));
  }
  index.add(call, words);
}

/**
 * Takes an index out of the database that is too broken to be dropped: the schema forgets it, and what is left of it
 * stays behind when everything else is copied over. Whoever dies in between finds a database without an index.
 */
export function cutOutIndex(database: DatabaseSync): void {
  database.enableDefensive?.(false);
  database.exec(`
    PRAGMA writable_schema = ON;
    DELETE FROM sqlite_schema WHERE name = 'said' OR tbl_name GLOB 'said_*';
    PRAGMA writable_schema = RESET;
  `);
  database.enableDefensive?.(true);
  database.exec('PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY;'); // a log may be larger than memory
}

export function hasIndex(database: DatabaseSync): boolean {
  return database.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'said'`).get() !== undefined;
}

/** None where a disk has garbled what stood there: the rest is to be found all the same. */
function wordsIn(row: KeptEvent): readonly string[] {
  try {
    return wordsSaid(fromKept(row));
  } catch {
    return [];
  }
}

/** Ten hours of talk. */
const MOST_INDEXED_CHARS = 500_000;
