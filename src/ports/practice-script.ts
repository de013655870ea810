import type { EndReason } from './facts.ts';

/** What the caller of a call did, so that a practice caller can do it again to the agent of today. */
export interface PracticeScript {
  readonly version: 1;
  readonly from: string;
  readonly to: string;
  readonly agent: string;
  readonly steps: readonly PracticeStep[];
  /** What came of it that day. */
  readonly outcome: { readonly tools: readonly string[]; readonly endReason: EndReason | null };
}

export type PracticeStep =
  /** Waits until the agent has had its say. */
  | { readonly type: 'listen' }
  /** Waits until the agent has been speaking for so long: what comes next cuts in. */
  | { readonly type: 'listen_for'; readonly ms: number }
  /** Waits, where the agent had nothing to say. */
  | { readonly type: 'pause'; readonly ms: number }
  /** `mulaw`: how it sounded, in base64; null where the call was not recorded. */
  | { readonly type: 'say'; readonly text: string; readonly mulaw: string | null }
  | { readonly type: 'press'; readonly digits: string }
  | { readonly type: 'hang_up' };
