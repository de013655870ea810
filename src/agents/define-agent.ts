import type { z } from 'zod';
import type { TurnDetection } from '../ports/session.ts';
import type { BuiltIn } from '../tools/built-in/index.ts';
import type { OpeningHours } from '../tools/built-in/opening-times.ts';
import type { HttpTool } from '../tools/http-tool.ts';
import type { McpServer, RemoteMcpServer } from '../tools/mcp-servers.ts';

export type { BuiltIn, HttpTool, McpServer, OpeningHours, RemoteMcpServer };

/** Who answers the phone: what it knows, how it speaks, how it takes turns, and what it may do. */
export interface Agent<Settings extends AgentSettings = AgentSettings> {
  readonly name: string;
  /** The phone numbers it answers, as the carrier writes them; `*` is every number no other agent answers. */
  readonly numbers: readonly string[];
  /** What the model is told to be and to know; a function is asked anew for every call. */
  readonly instructions: Instructions;
  readonly greeting: Greeting;
  /** The model's voice; absent, the one that is configured. */
  readonly voice?: string;
  /** ISO-639-1, a hint for the transcript of what the caller said. */
  readonly language?: string;
  /** When the caller's turn has begun and ended. `manual`: the caller's side says so, as in push-to-talk. */
  readonly turnDetection: TurnDetection;
  /**
   * What happens when the caller speaks while the agent does. `immediate`: it stops for good. `confirmed`: it falls
   * silent at once, and goes on if it was a cough. A greeting that `isProtected` is always said to its end.
   */
  readonly interruption: 'immediate' | 'confirmed';
  readonly silence: SilencePrompts | 'off';
  /** A call ends after this, whatever is being said; shortly before it the agent says so. */
  readonly maxDurationMs: number;
  readonly beforeTheEnd: { readonly noticeMs: number; readonly about: string };
  /** Who callers may be connected with, by name. The model only ever gives a name. */
  readonly transferTargets: Readonly<Record<string, TransferTarget>>;
  /** What a caller gets when there is no model to talk to. */
  readonly whenUnreachable: WhenUnreachable;
  /**
   * The built-in tools it has. Default: `hang_up`, and `transfer` and `opening_hours` where the agent has
   * targets and hours.
   */
  readonly can: readonly BuiltIn[];
  readonly openingHours?: OpeningHours;
  /** Tools without code; those with code are files in `tools/`. */
  readonly httpTools: readonly HttpTool[];
  /** Servers of tools that are started or reached from here. */
  readonly mcpServers: readonly McpServer[];
  /** Servers of tools that the model's own side reaches. */
  readonly remoteMcpServers: readonly RemoteMcpServer[];
  /**
   * The variables of the environment that its tools may see, such as `CRM_TOKEN`; `CRM_TOKEN?` may be missing. Of
   * the others they see those that programs need to run, and `DATA_DIR`.
   */
  readonly environment: readonly string[];
  /** Yours: whatever its tools need to know. */
  readonly settings: Settings;
  /**
   * Whether the call is recorded. `announce`: after saying so. `ask`: if the caller agrees. `on`: without a word,
   * for where you say so elsewhere.
   */
  readonly recording: 'announce' | 'ask' | 'on' | 'off';
  /** What is to be found out from every call, after it: a zod object; `.describe()` each field. */
  readonly summary?: z.ZodObject;
  readonly keepDays: KeepDays;
}

export type AgentSettings = Readonly<Record<string, unknown>>;

export type Instructions = string | ((caller: CallerMoment) => string | Promise<string>);

/** What is known when the phone rings. */
export interface CallerMoment {
  /** As the carrier writes it, or a word such as `anonymous`. Proof of nothing. */
  readonly number: string;
  readonly dialled: string;
  /** At the place of business: the time zone of `openingHours`, or of this machine. */
  readonly date: string;
  readonly time: string;
  readonly partOfDay: 'morning' | 'afternoon' | 'evening' | 'night';
}

/** The agent's first words: exactly these, freely about this, or none: then the caller speaks first. */
export type Greeting =
  | { readonly kind: 'exactly'; readonly text: string; readonly isProtected?: boolean }
  | { readonly kind: 'freely'; readonly about: string; readonly isProtected?: boolean }
  | { readonly kind: 'none' };

export interface SilencePrompts {
  /** After so long without a word the agent asks whether anyone is there. */
  readonly askAfterMs: number;
  /** After so long, counted from the same moment, it says goodbye. */
  readonly goodbyeAfterMs: number;
}

export interface TransferTarget {
  /** `+` and digits, or a SIP address. */
  readonly number: string;
  /** For the model: when a caller should be connected with them. */
  readonly when?: string;
  /** What the one who picks up hears before the caller is put through: 300 characters at most. */
  readonly announce?: string;
}

export type WhenUnreachable =
  | { readonly do: 'apologise'; readonly text?: string }
  | { readonly do: 'transfer'; readonly to: string };

/** How long what is kept of a call is kept. */
export interface KeepDays {
  readonly recording: number;
  readonly transcript: number;
  /** That there was a call: when, how long, how it ended. */
  readonly record: number;
}

/** What an agent need not say about itself. */
export const AGENT_DEFAULTS = {
  numbers: ['*'],
  greeting: { kind: 'freely', about: 'Greet the caller in one short sentence and ask how you can help.' },
  turnDetection: { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 500 },
  interruption: 'immediate',
  silence: { askAfterMs: 20_000, goodbyeAfterMs: 60_000 },
  maxDurationMs: 30 * 60_000,
  beforeTheEnd: {
    noticeMs: 60_000,
    about: 'Tell the caller in one short sentence that this call has to end in a minute.',
  },
  transferTargets: {},
  whenUnreachable: { do: 'apologise' },
  httpTools: [],
  mcpServers: [],
  remoteMcpServers: [],
  environment: [],
  recording: 'off',
  keepDays: { recording: 30, transcript: 90, record: 365 },
} as const satisfies Omit<Partial<Agent>, 'settings'>;

export type AgentDescription<Settings extends AgentSettings = AgentSettings> = Pick<
  Agent<Settings>,
  'name' | 'instructions'
> &
  Partial<Agent<Settings>>;

/** Describes an agent: the default export of `agent.ts` in a folder of its own. */
export function defineAgent<const Settings extends AgentSettings = Record<never, never>>(
  description: AgentDescription<Settings>,
): Agent<Settings>;
export function defineAgent(description: AgentDescription): Agent {
  return { ...AGENT_DEFAULTS, settings: {}, can: usualBuiltIns(description), ...description };
}

function usualBuiltIns({ transferTargets = {}, openingHours }: AgentDescription): readonly BuiltIn[] {
  const can: BuiltIn[] = ['hang_up'];
  if (Object.keys(transferTargets).length > 0) can.push('transfer');
  if (openingHours) can.push('opening_hours');
  return can;
}
