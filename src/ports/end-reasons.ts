/** Why a call ended. Every call has exactly one. */
export type EndReason = (typeof END_REASONS)[number];

export const END_REASONS = [
  'caller_hung_up',
  'agent_hung_up',
  'operator_hung_up',
  'transferred',
  'caller_silent',
  'too_long',
  'line_lost',
  'line_unusable',
  'never_connected',
  'model_refused',
  'model_limited',
  'model_unreachable',
  'model_wrong_format',
  'model_lost',
  'model_expired',
  'drained',
  'failed',
] as const;

/** What everybody else makes of such an end. */
export interface EndMeaning {
  /** What people read. */
  readonly words: string;
  /** Nobody wished for it, whoever watches is warned of it, and the caller is owed an apology. */
  readonly isFailure: boolean;
  /** The agent, or whoever watches it, puts the phone down. */
  readonly isHangUp: boolean;
}

const GOOD = { isFailure: false, isHangUp: false } as const;
const HANG_UP = { isFailure: false, isHangUp: true } as const;
const FAILURE = { isFailure: true, isHangUp: false } as const;

export const END_MEANINGS = {
  caller_hung_up: { words: 'caller hung up', ...GOOD },
  agent_hung_up: { words: 'agent said goodbye', ...HANG_UP },
  operator_hung_up: { words: 'operator hung up', ...HANG_UP },
  transferred: { words: 'transferred', ...GOOD },
  caller_silent: { words: 'caller was silent', ...HANG_UP },
  too_long: { words: 'longest time reached', ...HANG_UP },
  line_lost: { words: 'line lost', ...FAILURE },
  line_unusable: { words: 'line unusable', ...FAILURE },
  never_connected: { words: 'never connected', ...FAILURE },
  model_refused: { words: 'model refused', ...FAILURE },
  model_limited: { words: 'model limited', ...FAILURE },
  model_unreachable: { words: 'model unreachable', ...FAILURE },
  model_wrong_format: { words: 'model’s format wrong', ...FAILURE },
  model_lost: { words: 'model lost', ...FAILURE },
  model_expired: { words: 'session expired', ...FAILURE },
  drained: { words: 'house closed', ...FAILURE },
  failed: { words: 'failed', ...FAILURE },
} as const satisfies Record<EndReason, EndMeaning>;
