import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openBooks, PRACTICE_CUSTOMER } from '../../../../src/examples/front-desk/clinic/database.ts';
import { Refusal, type Tool, type ToolContext } from '../../../../src/tools/define-tool.ts';

/** A Monday morning before anybody has come. */
export const NOW = '2026-11-23T08:00';

export interface CallerOptions {
  readonly callId?: string;
  readonly number?: string;
  /** What is keyed in when a tool waits for keys; nothing when absent. */
  readonly keys?: readonly string[];
  readonly canTransfer?: boolean;
  /** Another desk's books. */
  readonly dataDir?: string;
}

/** A desk with books of its own, seeded for a fixed morning, and gone after the test. */
export function aDesk(now: string = NOW) {
  const dataDir = mkdtempSync(join(tmpdir(), 'ringdown-desk-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const asked: string[] = [];
  let changes = 0;

  /** Somebody on the phone: what they ask for is done by the tools. */
  function aCaller({ callId = 'call-1', number = PRACTICE_CUSTOMER.phone, ...rest }: CallerOptions = {}) {
    const keys = [...(rest.keys ?? [])];
    return async (tool: Tool, args: object = {}, idempotencyKey?: string): Promise<Answer> => {
      changes += 1;
      const context: ToolContext = {
        caller: { number, dialled: '+15005550001' },
        callId,
        idempotencyKey: idempotencyKey ?? `${callId}/${changes}`,
        signal: AbortSignal.timeout(10_000),
        log: { info() {}, warn() {}, error() {} },
        settings: { dataDir: rest.dataDir ?? dataDir, now },
        call: {
          hangUp: async () => void asked.push('hang up'),
          transfer: async (target) => {
            asked.push(`transfer to ${target}`);
            return rest.canTransfer === false ? { ok: false, because: 'busy' } : { ok: true };
          },
          sendText: async () => ({ ok: true }),
          note: async (text) => void asked.push(`note: ${text}`),
          update: async () => {},
          collectDigits: async (request) => {
            asked.push(`collect ${request?.most} digits${request?.isSecret ? ', secret' : ''}`);
            return keys.shift() ?? null;
          },
          pauseRecording: async () => {},
          resumeRecording: async () => {},
        },
      };
      const parsed = tool.parameters.parse(args);
      try {
        return answerOf(await tool.run(parsed, context));
      } catch (error) {
        if (error instanceof Refusal) return { error: error.message };
        throw error;
      }
    };
  }

  /** Looks into the books beside the tools. */
  function rows(sql: string, ...values: readonly (string | number)[]): readonly Record<string, unknown>[] {
    const db = openBooks(dataDir, Temporal.PlainDateTime.from(now).toPlainDate());
    try {
      return db.prepare(sql).all(...values);
    } finally {
      db.close();
    }
  }

  return { dataDir, aCaller, rows, asked };
}

export interface Answer {
  readonly say?: string;
  /** Why the tool has refused. */
  readonly error?: string;
  readonly isCertain?: boolean;
  readonly state?: string;
  readonly slot?: string;
  readonly times?: readonly { readonly slot: string; readonly spoken: string }[];
  readonly [fact: string]: unknown;
}

function answerOf(value: unknown): Answer {
  if (typeof value !== 'object' || value === null) throw new TypeError(`A tool answered ${String(value)}.`);
  return JSON.parse(JSON.stringify(value));
}
