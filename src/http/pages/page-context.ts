import type { Request } from 'express';
import type { Clock } from '../../ports/clock.ts';
import type { LiveView } from '../../ports/live-view.ts';
import type { CallStore } from '../../ports/store.ts';
import type { LogTrouble } from '../making/page-requests.ts';
import type { Pages } from '../making/pages.ts';
import type { Deed } from '../routing/route.ts';
import type { SignedOut } from '../sign-in/sessions.ts';
import type { Passwords } from '../sign-in/visitor.ts';

/** What the pages stand on. */
export interface PageContext {
  readonly clock: Clock;
  /** Everything that is read of calls. */
  readonly pages: Pages;
  /** What people make of calls is kept here. */
  readonly store: Pick<CallStore, 'card' | 'review'>;
  /** Why the store refused, and since when it does; null where that was a mistake of ours. */
  readonly logTroubleOf: (error: unknown) => LogTrouble | null;
  readonly live: LiveView;
  /** Leaves nothing of a call behind: its events, its sound, what was made of them. False: there was nothing. */
  readonly forget: (callId: string) => Promise<boolean>;
  /** What a reader has to know of the calls: why some may be missing. A sentence or two each; none when all is well. */
  readonly warnings: () => readonly string[];
  readonly passwords: Passwords;
  /** Strangers may come in through this machine: to sit at it proves nothing. */
  readonly isPublic: boolean;
  /** Which sessions were ended before their time. */
  readonly signedOut: SignedOut;
  /** Told of every wrong password, and how it was answered. */
  readonly guessed: (answer: 'wrong' | 'slow_down') => void;
  /** Told of what people do here, and of what they are kept from doing. */
  readonly told: (deed: Deed) => void;
  /** The address by which the world knows us, as seen from a request. */
  readonly publicUrlOf: (request: Request) => string;
}
