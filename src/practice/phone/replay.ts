import { z } from 'zod';
import { systemClock } from '../../ports/clock.ts';
import { END_MEANINGS, END_REASONS, type EndReason } from '../../ports/facts.ts';
import type { PracticeScript, PracticeStep } from '../../ports/practice-script.ts';
import type { Caller } from './caller.ts';

/** Reads what `/api/calls/{id}/practice.json` gave; throws what is wrong with it. */
export function readPracticeScript(text: string): PracticeScript {
  const script = practiceScript.safeParse(JSON.parse(text));
  if (script.success) return script.data;
  const [issue] = script.error.issues;
  throw new Error(`${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is not right'}`);
}

/** Does again what the caller of that call did. Gives what did not come about, or null. */
export function replaying({ steps, outcome }: Pick<PracticeScript, 'steps' | 'outcome'>): Replay {
  const waitsForTheEnd = endsByItself(outcome.endReason);
  const toDo = waitsForTheEnd ? steps.slice(0, lastDeed(steps) + 1) : steps;
  return async (caller) => {
    for (const [at, step] of toDo.entries()) {
      const isDone = await follow(step, caller);
      const next = toDo.slice(at + 1).find(isDeed);
      if (!isDone) return `the agent did not ${wanted(step)} ${before(next)}`;
      if (next && !caller.isConnected) return `the call was over ${before(next)}`;
    }
    if (waitsForTheEnd) {
      const hasEnded = await caller.untilTheEnd(Number.POSITIVE_INFINITY);
      return hasEnded ? null : 'the call did not end';
    }
    await caller.hangUp();
    return null;
  };
}

type Replay = (caller: Caller) => Promise<string | null>;

async function follow(step: PracticeStep, caller: Caller): Promise<boolean> {
  switch (step.type) {
    case 'listen':
      return caller.untilAgentIsQuiet();
    case 'listen_for':
      return caller.untilAgentSpoke(step.ms);
    case 'pause':
      await caller.wait(step.ms);
      return true;
    case 'say':
      if (step.mulaw === null)
        throw new Error(`Nobody knows how “${step.text}” sounded: the call was not recorded.`);
      await caller.sayAloud(step.text, Buffer.from(step.mulaw, 'base64'));
      return true;
    case 'press':
      await caller.pressSlowly(step.digits);
      return true;
    case 'hang_up':
      await caller.hangUp();
      return true;
  }
}

function isDeed({ type }: PracticeStep): boolean {
  return type === 'say' || type === 'press' || type === 'hang_up';
}

function lastDeed(steps: readonly PracticeStep[]): number {
  return steps.findLastIndex(isDeed);
}

function wanted(step: PracticeStep): string {
  return step.type === 'listen_for' ? `speak for ${(step.ms / 1000).toFixed(1)} s` : 'speak and fall silent';
}

function before(deed: PracticeStep | undefined): string {
  switch (deed?.type) {
    case 'say':
      return `before the caller said “${deed.text}”`;
    case 'press':
      return `before the caller pressed ${deed.digits}`;
    case 'hang_up':
      return 'before the caller hung up';
    default:
      return 'at the end';
  }
}

const step = z.discriminatedUnion('type', [
  z.object({ type: z.literal('listen') }),
  z.object({ type: z.literal('listen_for'), ms: z.number().min(0).max(600_000) }),
  z.object({ type: z.literal('pause'), ms: z.number().min(0).max(600_000) }),
  z.object({ type: z.literal('say'), text: z.string(), mulaw: z.base64().nullable() }),
  z.object({ type: z.literal('press'), digits: z.string().regex(/^[0-9*#A-D]{1,64}$/) }),
  z.object({ type: z.literal('hang_up') }),
]);

const practiceScript = z.object({
  version: z.literal(1),
  from: z.string(),
  to: z.string(),
  agent: z.string(),
  steps: z.array(step).max(10_000),
  outcome: z.object({ tools: z.array(z.string()), endReason: z.enum(END_REASONS).nullable() }),
});

/** What came of a call: what was done on it, and why it ended. */
type Outcome = PracticeScript['outcome'];

/** An end that belongs to that day and not to the conversation: nobody can wait for it to come again. */
function isByChance(endReason: EndReason | null): boolean {
  return endReason === null || endReason === 'operator_hung_up' || END_MEANINGS[endReason].isFailure;
}

/** Whether a call that is done again ends by itself, and the caller has only to wait for it. */
function endsByItself(endReason: EndReason | null): boolean {
  return endReason !== 'caller_hung_up' && !isByChance(endReason);
}

/** What went otherwise than that day, a sentence each; how long anything took does not count. */
export function differences(then: Outcome, now: Outcome): readonly string[] {
  const found: string[] = [];
  const [tools, toolsThen] = [now.tools.join(', '), then.tools.join(', ')];
  if (tools !== toolsThen) found.push(`tools: today ${tools || 'none'}; that day ${toolsThen || 'none'}`);
  if (!isByChance(then.endReason) && now.endReason !== then.endReason)
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
