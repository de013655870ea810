import { isRecord } from '../ports/is-record.ts';
import type { CallControl, ControlAnswer, DigitsRequest } from '../ports/tools.ts';
import { type CallHandle, DIGITS_WANTED, type DigitsWanted, TOOL_LIMITS } from './define-tool.ts';

/** What a tool asks of its call, as something that can be sent from one thread to another. */
export type ControlAsk =
  | { readonly type: 'hang_up' }
  | { readonly type: 'transfer'; readonly target: string }
  | { readonly type: 'send_text'; readonly text: string }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'update'; readonly instructions?: string; readonly tools?: readonly string[] }
  | { readonly type: 'collect_digits'; readonly request: DigitsRequest }
  | { readonly type: 'pause_recording' }
  | { readonly type: 'resume_recording' };

/** Carries an ask to the call and brings back what it says. Rejects if the run is over. */
export type Ask = (ask: ControlAsk) => Promise<unknown>;

/** The tool's side: methods that become asks. A tool that asks without end is stopped. */
export function callHandle(ask: Ask): CallHandle {
  let asked = 0;
  const bounded: Ask = async (request) => {
    asked += 1;
    if (asked > TOOL_LIMITS.asksPerRun) {
      throw new Error(`A tool may ask ${TOOL_LIMITS.asksPerRun} things of its call in one run, not more.`);
    }
    return ask(request);
  };
  return {
    async hangUp() {
      await bounded({ type: 'hang_up' });
    },
    async transfer(target) {
      return readAnswer(await bounded({ type: 'transfer', target: String(target) }));
    },
    async sendText(text) {
      return readAnswer(await bounded({ type: 'send_text', text: String(text).slice(0, MOST_TEXT_CHARS) }));
    },
    async note(text) {
      await bounded({ type: 'note', text: String(text).slice(0, MOST_NOTE_CHARS) });
    },
    async update({ instructions, tools }) {
      await bounded({
        type: 'update',
        ...(instructions === undefined
          ? {}
          : { instructions: String(instructions).slice(0, MOST_INSTRUCTION_CHARS) }),
        ...(tools === undefined ? {} : { tools: tools.map(String) }),
      });
    },
    async collectDigits(wanted) {
      const digits = await bounded({
        type: 'collect_digits',
        request: bearable({ ...DIGITS_WANTED, ...wanted }),
      });
      return typeof digits === 'string' ? digits : null;
    },
    async pauseRecording() {
      await bounded({ type: 'pause_recording' });
    },
    async resumeRecording() {
      await bounded({ type: 'resume_recording' });
    },
  };
}

/** The control's side: does what was asked. */
export async function answerAsk(control: CallControl, ask: ControlAsk): Promise<unknown> {
  switch (ask.type) {
    case 'hang_up':
      return control.hangUp();
    case 'transfer':
      return control.transfer(ask.target);
    case 'send_text':
      return control.sendText(ask.text);
    case 'note':
      return control.note(ask.text);
    case 'update': {
      const { instructions, tools } = ask;
      return control.update({
        ...(instructions === undefined ? {} : { instructions }),
        ...(tools === undefined ? {} : { tools }),
      });
    }
    case 'collect_digits':
      return control.collectDigits(ask.request);
    case 'pause_recording':
      return control.pauseRecording();
    case 'resume_recording':
      return control.resumeRecording();
  }
}

function readAnswer(value: unknown): ControlAnswer {
  if (isRecord(value) && value['ok'] === true) return { ok: true };
  const because = isRecord(value) ? value['because'] : null;
  return { ok: false, because: typeof because === 'string' ? because : 'The call did not answer.' };
}

/** What a tool wishes for, within what a caller can be asked to bear. */
function bearable({ most, terminator, pauseMs, isSecret }: Required<DigitsWanted>): DigitsRequest {
  const within = (value: number, least: number, greatest: number, otherwise: number) =>
    Number.isFinite(value) ? Math.min(greatest, Math.max(least, value)) : otherwise;
  return {
    most: Math.round(within(most, 1, 64, DIGITS_WANTED.most)),
    terminator: /^[0-9*#]$/.test(terminator) ? terminator : DIGITS_WANTED.terminator,
    pauseMs: within(pauseMs, 500, 30_000, DIGITS_WANTED.pauseMs),
    isSecret: Boolean(isSecret),
  };
}

const MOST_NOTE_CHARS = 4_000;
const MOST_TEXT_CHARS = 1_600; // the carrier's own limit
const MOST_INSTRUCTION_CHARS = 64_000;
