import type { Clock } from '../ports/clock.ts';
import type { ToolHost } from './host/tool-host.ts';
import type { HouseLog } from './house-log.ts';
import type { ToolSpec } from './tool-spec.ts';

/** A tool, and where it runs. */
export interface Placed {
  readonly card: ToolSpec;
  readonly host: ToolHost;
}

/** What every run of an agent's tools is surrounded by. */
export interface RunSurroundings {
  readonly clock: Clock;
  readonly log: HouseLog;
  /** The names a caller may be transferred to. */
  readonly transferTargets: ReadonlySet<string>;
  /** What no log line may show, wherever it comes from: the values of the agent's environment. */
  readonly secrets: readonly string[];
}
