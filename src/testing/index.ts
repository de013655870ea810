/** For the tests of your own tools: `import { runTool } from 'ringdown/testing'`. */
export { type AskedControl, type FakeCallControlOptions, fakeCallControl } from './fake-call-control.ts';
export { runTool, type ToolTrial, type TrialOptions } from './run-tool.ts';
export {
  type HeardWords,
  type ScriptedCall,
  type ScriptedCallOptions,
  scriptedCall,
} from './scripted-call.ts';
