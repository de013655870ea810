/** For the tests of your own tools: `import { runTool } from 'ringdown/testing'`; and what stands in for a carrier. */
export {
  type AskedControl,
  type FakeCallControlOptions,
  fakeCallControl,
  runTool,
  type ToolTrial,
  type TrialOptions,
} from './run-tool.ts';
export {
  type HeardWords,
  type ScriptedCall,
  type ScriptedCallOptions,
  scriptedCall,
} from './scripted-call.ts';
export {
  CAPABILITIES,
  ScriptedModel,
  type ScriptedSession,
  type ScriptedSpeech,
  type Want,
} from './scripted-model.ts';
export { ScriptedPhoneCall, type ScriptedPhoneCallOptions } from './scripted-phone-call.ts';
export { type Delay, type Journey, SimulatedPhone, type SimulatedPhoneOptions } from './simulated-phone.ts';
export { TestClock } from './test-clock.ts';
