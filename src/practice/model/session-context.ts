import type { Clock } from '../../ports/clock.ts';
import type { Brain, Ears } from './brain.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { Ids } from './outlet.ts';
import type { RemoteTools } from './remote-tools.ts';
import type { Unsent } from './server-events.ts';

/** What every part of a session may use. */
export interface SessionContext {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly habits: Habits;
  readonly misbehave: Misbehaviour;
  readonly brain: Brain;
  readonly ears: Ears;
  readonly remote: RemoteTools;
  send(event: Unsent): void;
}

/** Where live servers differ from day to day, and how fast this one is. */
export interface Habits {
  /** From the request to the first item of the answer. */
  readonly thinkMs: number;
  /** How many times faster than real time speech is sent; `Infinity` sends it in one go. */
  readonly speechFactor: number;
  /** Between two pieces of written text or of a call's arguments. */
  readonly pieceMs: number;
  /** When the caller's words arrive: with the turn, or after the answer to it. */
  readonly transcription: 'before the answer' | 'after the answer';
  /** The schema says at the start of a response, recordings show the end. */
  readonly rateLimits: 'at the start' | 'at the end';
  /** Documented, and missing in recordings. */
  readonly announcesConversation: boolean;
  /** How long a session may last. */
  readonly sessionMaximumS: number;
  /** At that end: an `error` event, a close with 1001, or both. */
  readonly expiryForm: 'error' | 'close' | 'both';
}

export const HABITS = {
  thinkMs: 120,
  speechFactor: 6,
  pieceMs: 15,
  transcription: 'before the answer',
  rateLimits: 'at the end',
  announcesConversation: true,
  sessionMaximumS: 3_600,
  expiryForm: 'both',
} as const satisfies Habits;
