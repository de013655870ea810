import type { CallControl, ToolFact } from '../../../src/ports/tools.ts';
import type { HouseLog } from '../../../src/tools/house-log.ts';

/** A call's desk that writes down what is asked of it. */
export function aControl(over: Partial<CallControl> = {}) {
  const facts: ToolFact[] = [];
  const asked: string[] = [];
  const control: CallControl = {
    callId: 'CA1',
    caller: { number: '+15550100', dialled: '+15550199' },
    tell: (fact) => void facts.push(fact),
    hangUp: () => void asked.push('hang up'),
    transfer: (target) => {
      asked.push(`transfer to ${target}`);
      return { ok: true };
    },
    collectDigits: async (request) => {
      asked.push(`collect ${request.most}`);
      return '1234';
    },
    sendText: async (text) => {
      asked.push(`text "${text}"`);
      return { ok: true };
    },
    note: (text) => void asked.push(`note "${text}"`),
    update: (change) => void asked.push(`update ${JSON.stringify(change)}`),
    pauseRecording: () => void asked.push('pause'),
    resumeRecording: () => void asked.push('resume'),
    ...over,
  };
  return { control, facts, asked };
}

/** A log that keeps its lines. */
export function aLog(isForAuthor = false) {
  const lines: string[] = [];
  const keep = (facts: Readonly<Record<string, unknown>>, line: string) =>
    void lines.push(`${JSON.stringify(facts)} ${line}`);
  const log: HouseLog = { isForAuthor, info: keep, warn: keep, error: keep };
  return { log, lines };
}
