import { z } from 'zod';
import { systemClock } from '../../ports/clock.ts';
import { END_REASONS, type EndReason } from '../../ports/facts.ts';
import type { PracticeScript } from '../../ports/practice-script.ts';

/** What came of a call: what was done on it, and why it ended. */
export type Outcome = PracticeScript['outcome'];

/** Ends that belong to that day and not to the conversation: nobody can wait for them to come again. */
const CHANCE_ENDS: ReadonlySet<EndReason | null> = new Set([
  null,
  'operator_hung_up',
  'line_lost',
  'line_unusable',
  'never_connected',
  'model_refused',
  'model_limited',
  'model_unreachable',
  'model_wrong_format',
  'model_lost',
  'model_expired',
  'drained',
  'failed',
] as const);

/** Whether a call that is done again ends by itself, and the caller has only to wait for it. */
export function endsByItself(endReason: EndReason | null): boolean {
  return endReason !== 'caller_hung_up' && !CHANCE_ENDS.has(endReason);
}

/** What went otherwise than that day, a sentence each; how long anything took does not count. */
export function differences(then: Outcome, now: Outcome): readonly string[] {
  const found: string[] = [];
  const [tools, toolsThen] = [now.tools.join(', '), then.tools.join(', ')];
  if (tools !== toolsThen) found.push(`tools: today ${tools || 'none'}; that day ${toolsThen || 'none'}`);
  if (!CHANCE_ENDS.has(then.endReason) && now.endReason !== then.endReason)
    found.push(`end: today ${now.endReason}; that day ${then.endReason}`);
  return found;
}

/** Reads in the server's own log what came of a call that has just ended; throws a sentence if it cannot. */
export async function outcomeOf(url: string, callId: string, password: string | null): Promise<Outcome> {
  const until = systemClock.now() + PATIENCE_MS;
  for (;;) {
    const response = await fetch(`${url}/api/calls/${callId}`, {
      headers: password === null ? {} : { authorization: `Bearer ${password}` },
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (response.status === 401 || response.status === 403) throw new Error(CLOSED);
    const call = response.ok ? callLog.parse(await response.json()) : null;
    if (call && call.endReason !== null)
      return { tools: call.toolUses.map(({ name }) => name), endReason: call.endReason };
    if (systemClock.now() > until) throw new Error(`${url} does not say what came of the call ${callId}.`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

const CLOSED = 'The server does not say what came of the call: give its REVIEW_PASSWORD with --password.';

const callLog = z.object({
  endReason: z.enum(END_REASONS).nullable(),
  toolUses: z.array(z.object({ name: z.string() })),
});

/** What happens reaches the log within a quarter of a second. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 250;
