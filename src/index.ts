/** What the files of an agent import: `import { defineAgent, defineTool, z } from 'ringdown'`. */
export { z } from 'zod';
export { type Agent, defineAgent } from './agents/define-agent.ts';
export { defineTool, Refusal, type Tool } from './tools/define-tool.ts';
export type { CallHandle, DigitsWanted, ToolContext, ToolLog } from './tools/tool-context.ts';
