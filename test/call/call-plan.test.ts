import { describe, expect, it } from 'vitest';
import { type CallPlan, turnRules } from '../../src/call/call-plan.ts';
import type { TurnDetection } from '../../src/ports/session.ts';

const rulesOf = (turnDetection: TurnDetection, isProtected?: boolean) => {
  const greeting = { kind: 'exactly', text: 'Hello.', ...(isProtected !== undefined && { isProtected }) };
  return turnRules({ interruption: 'confirmed', greeting, turnDetection } as CallPlan);
};

describe('how turns are taken', () => {
  it.each<readonly [TurnDetection, object]>([
    [
      { type: 'server_vad', threshold: 0.5, prefixPaddingMs: 300, silenceMs: 450 },
      { hasTurnsByEar: true, pauseMs: 450, longestPauseMs: 3_450 },
    ],
    [
      { type: 'semantic_vad', eagerness: 'low' },
      { hasTurnsByEar: true, pauseMs: 700, longestPauseMs: 10_000 },
    ],
    [{ type: 'manual' }, { hasTurnsByEar: false }],
  ])('leaves the model more time to end a turn than it is told to wait: %j', (detection, rules) => {
    expect(rulesOf(detection)).toMatchObject(rules);
  });

  it('protects a greeting only where that is wished for', () => {
    const manual = { type: 'manual' } as const;

    expect([rulesOf(manual), rulesOf(manual, true)].map((rules) => rules.greetingIsProtected)).toEqual([
      false,
      true,
    ]);
  });
});
