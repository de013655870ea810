import { splitHeard } from '../call/recall/heard-words.ts';
import type { AgentSaid, CallEvent } from '../ports/facts.ts';
import type { TranscriptLine } from '../ports/reading.ts';

/** Everything that was said on a call, in the order it was said, which is not the order it became known in. */
export function transcriptOf(events: readonly CallEvent[]): readonly TranscriptLine[] {
  const spoken = new SpokenOrder();
  for (const event of events) spoken.follow(event);
  return spoken.lines();
}

class SpokenOrder {
  readonly #turns: CallerTurn[] = [];
  readonly #agentLines: TranscriptLine[] = [];
  /** When the parts of an answer began, oldest first: they are told of in the same order. */
  readonly #beginnings = new Map<string, number[]>();

  follow(event: CallEvent): void {
    switch (event.type) {
      case 'caller_started_speaking':
        this.#turns.push({
          itemId: event.itemId ?? null,
          atMs: event.atMs,
          untilMs: null,
          seq: event.seq,
          words: '',
        });
        break;
      case 'caller_stopped_speaking': {
        const turn = this.#named(event.itemId) ?? this.#turns.at(-1);
        if (turn) turn.untilMs = event.spokeUntilMs ?? event.atMs;
        break;
      }
      case 'caller_said':
        this.#callerSaid(event.text.trim(), event);
        break;
      case 'agent_started_speaking': {
        const known = this.#beginnings.get(event.responseId);
        if (known) known.push(event.atMs);
        else this.#beginnings.set(event.responseId, [event.atMs]);
        break;
      }
      case 'agent_said':
        this.#agentSaid(event, event.atMs, event.seq);
        break;
      case 'agent_wrote': {
        const { seq, atMs, responseId, text } = event;
        const how = { unheard: '', isWritten: true } as const;
        this.#agentLines.push({ who: 'agent', seq, atMs, untilMs: atMs, text, ...how, responseId });
        break;
      }
      default: // nothing was said
    }
  }

  lines(): readonly TranscriptLine[] {
    const callerLines = this.#turns.filter(({ words }) => words !== '').map(lineOf);
    return [...callerLines, ...this.#agentLines].sort((a, b) => a.atMs - b.atMs || a.seq - b.seq);
  }

  #named(itemId: string | undefined): CallerTurn | undefined {
    return itemId === undefined ? undefined : this.#turns.findLast((turn) => turn.itemId === itemId);
  }

  /**
   * Words come a while after they were said. Where they do not say which turn they belong to, it is the first one of
   * late without a name that has none yet. One that was only a cough never gets any, and is not waited for.
   */
  #callerSaid(text: string, { itemId, atMs, seq }: Extract<CallEvent, { type: 'caller_said' }>): void {
    const open = this.#turns.find(
      ({ itemId: name, words, untilMs }) =>
        name === null && words === '' && untilMs !== null && atMs - untilMs <= WORDS_COME_WITHIN_MS,
    );
    const turn = this.#named(itemId) ?? open ?? this.#turns.findLast(({ itemId: name }) => name === null);
    if (!turn) this.#turns.push({ itemId: itemId ?? null, atMs, untilMs: atMs, seq, words: text });
    else {
      turn.words = turn.words === '' ? text : `${turn.words} ${text}`;
      turn.seq = seq;
    }
  }

  #agentSaid({ text, heardMs, totalMs, responseId }: AgentSaid, toldMs: number, seq: number): void {
    const atMs = this.#beginnings.get(responseId)?.shift() ?? Math.max(0, toldMs - heardMs);
    const { heard, unheard } = splitHeard(text.trim(), heardMs, totalMs);
    if (heard === '' && unheard === '') return;
    const untilMs = atMs + heardMs;
    this.#agentLines.push({
      who: 'agent',
      seq,
      atMs,
      untilMs,
      text: heard,
      unheard,
      isWritten: false,
      responseId,
    });
  }
}

interface CallerTurn {
  /** The model's name for it; null where it has none, or was not asked for one. */
  readonly itemId: string | null;
  readonly atMs: number;
  untilMs: number | null;
  seq: number;
  words: string;
}

function lineOf({ atMs, untilMs, seq, words }: CallerTurn): TranscriptLine {
  const how = { unheard: '', isWritten: false, responseId: null } as const;
  return { who: 'caller', seq, atMs, untilMs: untilMs ?? atMs, text: words, ...how };
}

/** Transcripts take a second or two, and a few more when the model is busy. */
const WORDS_COME_WITHIN_MS = 6_000;
