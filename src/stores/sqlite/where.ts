import type { SQLInputValue } from 'node:sqlite';
import { unreachable } from '../../errors.ts';
import type { Condition } from '../shared/search.ts';
import type { Whose } from '../shared/shared-store.ts';

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
