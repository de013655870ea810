import type { Clock } from '../../ports/clock.ts';
import type { Brain } from './brain.ts';
import type { Ears } from './ears.ts';
import type { Habits } from './habits.ts';
import type { Ids } from './ids.ts';
import type { Misbehaviour } from './misbehaviour.ts';
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
