/** What the files of an agent import: `import { defineAgent, defineTool, z } from 'ringdown'`. */
export { z } from 'zod';
export {
  type Agent,
  type AgentDescription,
  type BuiltIn,
  type CallerMoment,
  defineAgent,
  type Greeting,
  type HttpTool,
  type McpServer,
  type OpeningHours,
  type RemoteMcpServer,
  type TransferTarget,
} from './agents/define-agent.ts';
export type { CallHandle, DigitsWanted, ToolContext, ToolLog } from './tools/define-tool.ts';
export { defineTool, Refusal, type Tool } from './tools/define-tool.ts';
