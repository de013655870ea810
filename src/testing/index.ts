/** For the tests of your own tools: `import { runTool } from 'ringdown/testing'`. */
export { type AskedDesk, type FakeDeskWishes, fakeDesk } from './fake-desk.ts';
export { runTool, type ToolTrial, type TrialWishes } from './run-tool.ts';
export {
  type HeardWords,
  type ScriptedCall,
  type ScriptedCallWishes,
  scriptedCall,
} from './scripted-call.ts';
