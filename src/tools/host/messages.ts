import type { CallerFacts } from '../../ports/tools.ts';
import type { ControlAsk } from '../call-handle.ts';
import type { ToolReply } from '../invoke.ts';
import type { ToolSpec } from '../tool-spec.ts';
import type { LogLevel } from './tool-host.ts';

/** What a worker is born with. */
export interface WorkerBirth {
  /** The agent's folder. */
  readonly folder: string;
  /** `files`: the tools written as files and as addresses. `mcp`: those of local MCP servers, one client for all. */
  readonly role: WorkerRole;
  /** The variables that the agent's tools may see. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the house tells every tool, besides the agent's own settings. */
  readonly houseSettings: HouseSettings;
}

/** Read by tools as `context.settings`. */
export interface HouseSettings {
  /** The folder for whatever is to be kept. */
  readonly dataDir: string;
}

export type WorkerRole = 'files' | 'mcp';

export type ToWorker =
  | {
      readonly type: 'run';
      readonly runId: number;
      readonly tool: string;
      readonly argumentsText: string;
      readonly callId: string;
      readonly caller: CallerFacts;
      readonly idempotencyKey: string;
    }
  | { readonly type: 'abort'; readonly runId: number }
  | { readonly type: 'answer'; readonly runId: number; readonly askId: number; readonly answer: Answer }
  | { readonly type: 'ping' }
  /** Lets go of what it has opened, and ends. */
  | { readonly type: 'close' };

/** What the call said, or why it said nothing. */
export type Answer =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly because: string };

export type FromWorker =
  | { readonly type: 'ready'; readonly cards: readonly ToolSpec[] }
  | { readonly type: 'unusable'; readonly problems: readonly string[] }
  | { readonly type: 'done'; readonly runId: number; readonly reply: ToolReply }
  | { readonly type: 'ask'; readonly runId: number; readonly askId: number; readonly ask: ControlAsk }
  | { readonly type: 'log'; readonly runId: number | null; readonly level: LogLevel; readonly line: string }
  /** The thread is about to end, and it is this run that ends it. */
  | { readonly type: 'exiting'; readonly runId: number }
  | { readonly type: 'pong' };
