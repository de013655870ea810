/** A server of tools over the Model Context Protocol that this process is a client of. */
export type McpServer = McpCommand | McpAddress;

interface McpCommon {
  /** Its tools are offered as `name_tool`. */
  readonly name: string;
  /** Those that are offered; all of them when absent. */
  readonly tools?: readonly string[];
  /** Those with effects in the world, which are never run twice or stopped half-way. */
  readonly writes?: readonly string[];
  readonly deadlineMs?: number;
}

/** A server that is started here and spoken to over its standard input and output. */
export interface McpCommand extends McpCommon {
  readonly command: string;
  readonly args?: readonly string[];
  /** Names of variables of the environment that it may see. */
  readonly environment?: readonly string[];
}

/** A server that runs already, reached over HTTP: on this machine or one the owner trusts. */
export interface McpAddress extends McpCommon {
  readonly url: string;
  /** `{ authorization: 'Bearer {CRM_TOKEN}' }`; a name in braces is a variable of the environment. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A server that the model's own side talks to, without asking us. Only what is said to be read should be there. */
export interface RemoteMcpServer {
  readonly label: string;
  readonly url: string;
  /** Name of the variable of the environment with its token. */
  readonly authorizationFrom?: string;
  /** Those it may use; all of them when absent. */
  readonly allowed?: readonly string[];
}
