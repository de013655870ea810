import type { Clock } from '../../ports/clock.ts';
import type { Brain } from './brain.ts';
import type { Certificate } from './certificate.ts';
import type { ClientEvent } from './client-events.ts';
import type { Entry } from './conversation.ts';
import type { Ears } from './ears.ts';
import type { Habits } from './habits.ts';
import type { Misbehaviour } from './misbehaviour.ts';
import type { McpTool, RemoteServer } from './remote-server.ts';
import type { ServerEvent } from './server-events.ts';
import type { Received } from './session.ts';
import type { SessionConfig } from './session-config.ts';

export interface PracticeModelOptions {
  /** 0, the default, takes any free one. */
  readonly port?: number;
  readonly host?: string;
  /** Over TLS, with this certificate; without when absent. */
  readonly tls?: Certificate;
  /** What it answers; a small dialogue when absent. */
  readonly brain?: Brain;
  /** How it hears; by the sound of the practice sentences when absent. */
  readonly ears?: Ears;
  readonly habits?: Partial<Habits>;
  readonly misbehave?: Misbehaviour;
  readonly clock?: Clock;
  /** The way to the MCP servers that clients name; to those on this machine, and no further, when absent. */
  readonly reach?: (tool: McpTool) => RemoteServer;
  /** The one key that is refused. */
  readonly wrongKey?: string;
  readonly onClientEvent?: (event: ClientEvent, session: PracticeSession) => void;
  readonly onServerEvent?: (event: ServerEvent, session: PracticeSession) => void;
}

/** A running practice model. */
export interface PracticeModel {
  /** What clients call their base address: `http://127.0.0.1:PORT/v1`. */
  readonly baseUrl: string;
  /** The conversations going on. */
  readonly sessions: readonly PracticeSession[];
  /** What it does wrong; may be changed at any time. */
  readonly misbehave: Misbehaviour;
  close(): Promise<void>;
}

/** One conversation, as whoever runs the server may look at it and disturb it. */
export interface PracticeSession {
  readonly config: SessionConfig;
  readonly items: readonly Entry[];
  readonly received: Readonly<Received>;
  readonly heardMs: number;
  readonly isAnswering: boolean;
  /** Sends an error of this code that no request has caused. */
  raise(code: string, message?: string): void;
  /** Sends anything: an object as JSON, text and bytes as they are. */
  send(frame: unknown): void;
  /** Goes away, with a close code or by a torn connection. */
  drop(how: number | 'reset'): void;
}
