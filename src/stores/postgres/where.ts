import { unreachable } from '../../errors.ts';
import type { Condition } from '../shared/conditions.ts';
import type { Whose } from '../shared/shared-store.ts';

/** Conditions in Postgres' words. Nothing of a query gets into the SQL: values are bound. */
export function whereOf(conditions: readonly Condition[]): {
  readonly sql: string;
  readonly values: readonly unknown[];
} {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const parts = conditions.map((condition) => inSql(condition, bind));
  return { sql: parts.length > 0 ? `WHERE ${parts.join(' AND ')}` : '', values };
}

/** The calls of one agent, or of all but some, who are bound in that place. */
export function ofAgents(
  whose: Whose,
  place: string,
): { readonly sql: string; readonly value: string | readonly string[] } {
  return 'only' in whose
    ? { sql: `agent = ${place}`, value: whose.only }
    : { sql: `agent <> ALL (${place}::text[])`, value: whose.allBut };
}

function inSql(condition: Condition, bind: (value: unknown) => string): string {
  switch (condition.type) {
    case 'compare':
      return `${condition.column} ${condition.is} ${bind(condition.value)}`;
    case 'before':
      return `started_ms < ${bind(condition.wallMs)}`;
    case 'live':
      return condition.isLive ? 'end_reason IS NULL' : 'end_reason IS NOT NULL';
    case 'some':
      return condition.isSome ? `${condition.column} > 0` : `${condition.column} = 0`;
    case 'reviewed':
      return `is_reviewed = ${bind(condition.isReviewed)}`;
    case 'listed':
      return `${condition.list} ? ${bind(condition.value)}`;
    case 'number': {
      const part = bind(condition.part);
      return `(strpos(from_number, ${part}) > 0 OR strpos(to_number, ${part}) > 0)`;
    }
    case 'said': // quoted, and with letters and digits only: `:*` means what begins with it
      return `said @@ ${bind(condition.words.map((word) => `'${word}':*`).join(' & '))}::tsquery`;
    case 'never':
      return 'false';
    case 'follows':
      return `(started_ms, call_id) < (${bind(condition.startedMs)}, ${bind(condition.callId)})`;
    default:
      return unreachable(condition);
  }
}
