import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { unreachable } from '../../errors.ts';
import { type Condition, wordsSaid } from '../shared/search.ts';
import type { Whose } from '../shared/shared-store.ts';
import { fromKept, type KeptEvent } from '../shared/upcast.ts';

/** Conditions in SQLite's words. Nothing of a query gets into the SQL: values are bound. */
export function whereOf(conditions: readonly Condition[]): { sql: string; values: SQLInputValue[] } {
  const values: SQLInputValue[] = [];
  const parts = conditions.map((condition) => {
    const [sql, ...bound] = inSql(condition);
    values.push(...bound);
    return sql;
  });
  return { sql: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}

/** The calls of one agent, or of all but some: a condition with one value to bind. */
export function ofAgents(whose: Whose): { readonly sql: string; readonly value: string } {
  return 'only' in whose
    ? { sql: 'agent = ?', value: whose.only }
    : { sql: 'agent NOT IN (SELECT value FROM json_each(?))', value: JSON.stringify(whose.allBut) };
}

function inSql(condition: Condition): readonly [string, ...SQLInputValue[]] {
  switch (condition.type) {
    case 'compare':
      return [`${condition.column} ${condition.is} ?`, condition.value];
    case 'before':
      return ['started_ms < ?', condition.wallMs];
    case 'live':
      return [condition.isLive ? 'end_reason IS NULL' : 'end_reason IS NOT NULL'];
    case 'some':
      return [condition.isSome ? `${condition.column} > 0` : `${condition.column} = 0`];
    case 'reviewed':
      return ['is_reviewed = ?', condition.isReviewed ? 1 : 0];
    case 'listed': // the list is JSON text, in which a whole member and only that has quotes around it
      return [`instr(${condition.list}, ?) > 0`, JSON.stringify(condition.value)];
    case 'number':
      return ['(instr(from_number, ?) > 0 OR instr(to_number, ?) > 0)', condition.part, condition.part];
    case 'said': // `+`: calls are walked from the newest on until a page is full, for there are words that everybody says
      return ['+id IN (SELECT rowid FROM said WHERE said MATCH ?)', ftsQuery(condition.words)];
    case 'never': // no constant, with which SQLite would not take the index it is told to
      return ['id < 0'];
    case 'follows':
      return ['(started_ms, call_id) < (?, ?)', condition.startedMs, condition.callId];
    default:
      return unreachable(condition);
  }
}

/** Each word in quotes, and what begins with it. They hold letters and digits only. */
function ftsQuery(words: readonly string[]): string {
  return words.map((word) => `"${word}"*`).join(' AND ');
}

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
