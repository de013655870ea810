import type { Logger } from 'pino';
import { startApp } from '../app/app.ts';
import type { Config } from '../app/config.ts';
import type { CallEvent } from '../ports/facts.ts';
import type { PracticeModelOptions } from '../practice/model/index.ts';
import { Caller, type CallerNews } from '../practice/phone/caller.ts';
import { DIAL_DEFAULTS } from '../practice/phone/dial.ts';
import type { Script } from '../practice/phone/scripts.ts';
import type { Tape } from '../practice/phone/tape.ts';

/** Told of a practice call as it goes: what the house notes, and what the caller notices. */
export interface PracticeCallListener {
  readonly fact?: (event: CallEvent) => void;
  readonly caller?: (news: CallerNews) => void;
  /** Every message that reached the phone, as it came. */
  readonly toPhone?: (text: string) => void;
}

export interface PracticeCallResult {
  /** Whether the caller got through the script. */
  readonly wentWell: boolean;
  readonly facts: readonly CallEvent[];
  /** The call's own name; null if it never came to a call. */
  readonly callId: string | null;
  /** What went over the line, as the phone knows it. */
  readonly tape: Tape;
}

/** A whole practice call: opens a house of its own, rings it, follows the script, closes the house. */
export async function placePracticeCall(
  config: Config,
  logger: Logger,
  script: Script,
  listener: PracticeCallListener = {},
  practiceModel: PracticeModelOptions = {},
): Promise<PracticeCallResult> {
  const facts: CallEvent[] = [];
  let callId: string | null = null;
  const observer = (id: string, event: CallEvent) => {
    callId ??= id;
    facts.push(event);
    listener.fact?.(event);
  };
  const app = await startApp(config, logger, { observers: [observer], practiceModel });
  try {
    const caller = new Caller(listener.caller ?? (() => {}), listener.toPhone ?? (() => {}));
    const isConnected = await caller.ring({
      ...DIAL_DEFAULTS,
      url: app.publicUrl,
      authToken: config.twilioAuthToken,
    });
    const wentWell = isConnected && (await script(caller));
    await caller.hangUp();
    return { wentWell, facts, callId, tape: caller.tape };
  } finally {
    await app.close(CLOSE_MS);
  }
}

/** The caller has hung up: nothing is left to wait for. */
const CLOSE_MS = 1_000;
