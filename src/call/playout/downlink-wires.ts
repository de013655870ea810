import type { CallTap } from '../../ports/leg.ts';
import type { Journal } from '../journal.ts';
import type { SpeechEvidence } from '../turns/speech-evidence.ts';
import type { DownlinkWires } from './downlink.ts';

/** Who is told of what the caller's phone plays: the record, whoever listens in, and who has to know an echo. */
export function downlinkWires(
  journal: Journal,
  tap: CallTap,
  evidence: SpeechEvidence | null,
): Omit<DownlinkWires, 'from' | 'to' | 'headStartMs'> {
  return {
    tell: (fact) => journal.note(fact),
    played(audio, startsAt) {
      tap.agentPlayed(audio, startsAt);
      evidence?.played(audio, startsAt);
    },
    silenced(since) {
      tap.agentCleared(since);
      evidence?.silenced(since);
    },
    marked: (name, dueAt) => tap.agentMarked(name, dueAt),
    wantsMarks: () => tap.wantsMarks,
  };
}
