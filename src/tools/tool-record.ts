import type { Clock } from '../ports/clock.ts';
import type { CallControl, ToolCall, ToolOutcome } from '../ports/tools.ts';
import { TOOL_LIMITS } from './define-tool.ts';
import type { LogLine } from './host/tool-host.ts';
import type { HouseLog } from './house-log.ts';
import { maskFields, maskText, secretValues } from './mask.ts';
import { cutOutput } from './output.ts';

/** Keeps, without their secrets, what tools did in the record of the call, and what they say in the house's log. */
export class ToolRecord {
  readonly #control: CallControl;
  readonly #clock: Clock;
  readonly #log: HouseLog;

  constructor(control: CallControl, clock: Clock, log: HouseLog) {
    this.#control = control;
    this.#clock = clock;
    this.#log = log;
  }

  /** The model asked; hands back what is to be told of the answer. Of a tool that does not exist nothing is shown. */
  called(
    { callId, name, arguments: text }: ToolCall,
    secret: readonly string[] | null,
  ): (outcome: ToolOutcome) => void {
    const startedAt = this.#clock.now();
    const who = { toolCallId: callId, name: name.slice(0, MOST_NAME_CHARS) };
    this.#control.tell({
      type: 'tool_called',
      ...who,
      arguments: secret ? shown(text, secret) : '{}',
    });
    return ({ result, output }) => {
      const tookMs = Math.round(this.#clock.now() - startedAt);
      this.#control.tell({
        type: 'tool_returned',
        ...who,
        result,
        tookMs,
        output: secret?.length ? withoutSecrets(output, text, secret) : output,
      });
    };
  }

  logFor(tool: string, secrets: readonly string[]): LogLine {
    return (level, line) => this.#log[level]({ call: this.#control.callId, tool }, maskText(line, secrets));
  }

  /** What a tool threw may hold anybody's words, so it is shown where the tool's author sits, and nowhere else. */
  showAuthor(tool: string, secrets: readonly string[], thrown: string): void {
    if (this.#log.isForAuthor) this.logFor(tool, secrets)('warn', thrown);
  }
}

/** A secret may come back in the result under another name, so its value is looked for as well. */
function withoutSecrets(output: string, argumentsText: string, secret: readonly string[]): string {
  let masked = maskFields(output, secret);
  for (const value of secretValues(argumentsText, secret)) {
    masked = masked.replaceAll(JSON.stringify(value).slice(1, -1), '***');
  }
  return masked;
}

function shown(argumentsText: string, secret: readonly string[]): string {
  const isWhole = Buffer.byteLength(argumentsText) <= TOOL_LIMITS.outputBytes;
  return isWhole ? maskFields(argumentsText, secret) : cutOutput(secret.length > 0 ? '***' : argumentsText);
}

const MOST_NAME_CHARS = 64;
