import type { Logger } from 'pino';
import { unreachable } from '../errors.ts';
import { type CallEvent, type CallObserver, END_MEANINGS } from '../ports/facts.ts';

/** The log lines of calls: what happened and when. Nobody's words, and of a number no more than its end. */
export function callLogLines(logger: Logger): CallObserver {
  return (callId, event) => {
    const line = lineFor(event);
    if (line) logger[line.level]({ call: callId, atMs: event.atMs, ...line.fields }, line.text);
  };
}

interface Line {
  readonly level: 'debug' | 'info' | 'warn';
  readonly text: string;
  readonly fields?: Readonly<Record<string, string | number>>;
}

function lineFor(event: CallEvent): Line | null {
  switch (event.type) {
    case 'rang':
      return {
        level: 'info',
        text: 'a call comes in',
        fields: { carrier: event.carrier, from: endOf(event.from), to: endOf(event.to), agent: event.agent },
      };
    case 'answered':
      return { level: 'info', text: 'the line is open' };
    case 'model_ready':
      return { level: 'debug', text: 'the model is ready' };
    case 'model_lost':
      return {
        level: 'info',
        text: 'a session of the model is over, and the call goes on',
        fields: { code: event.code, ...(event.hint !== undefined && { hint: event.hint }) },
      };
    case 'interrupted':
      return {
        level: 'debug',
        text: 'the caller cut in',
        fields: { heardMs: event.heardMs, unheardMs: event.unheardMs },
      };
    case 'problem':
      return {
        level: 'warn',
        text: 'something went wrong',
        fields: { code: event.code, ...(event.hint !== undefined && { hint: event.hint }) },
      };
    case 'ended':
      return {
        level: END_MEANINGS[event.reason].isFailure ? 'warn' : 'info',
        text: 'the call has ended',
        fields: { reason: event.reason },
      };
    case 'tool_returned':
      return {
        level: event.result === 'ok' ? 'info' : 'warn',
        text: 'a tool has answered',
        fields: { tool: event.name, result: event.result, tookMs: event.tookMs },
      };
    case 'transfer':
      return {
        level: event.state === 'came_back' ? 'warn' : 'info',
        text: 'a transfer',
        fields: { target: event.target, state: event.state, ...(event.detail && { detail: event.detail }) },
      };
    case 'leg_joined':
    case 'leg_left':
    case 'held':
    case 'went_on':
    case 'agent_wrote':
    case 'digits':
    case 'tool_called':
    case 'told':
    case 'shown':
    case 'noted':
    case 'silence_prompted':
    case 'text_sent':
    case 'recording':
    case 'summarised':
    case 'webhook_delivery':
    case 'caller_started_speaking':
    case 'caller_stopped_speaking':
    case 'caller_said':
    case 'agent_started_speaking':
    case 'agent_said':
    case 'digit':
    case 'response_done':
    case 'unknown':
      return null;
    default:
      return unreachable(event);
  }
}

function endOf(number: string): string {
  return number.length > SHOWN_DIGITS ? `…${number.slice(-SHOWN_DIGITS)}` : number;
}

const SHOWN_DIGITS = 4;
