import type { Clock } from '../ports/clock.ts';
import type { CallerFacts } from '../ports/tools.ts';
import { wallTime } from '../tools/built-in/opening-times.ts';
import type { Agent, CallerMoment } from './define-agent.ts';

/**
 * What the model is told on this call. A function that fails or takes too long must not leave the phone
 * unanswered: the agent then knows its name, and to take a message.
 */
export async function instructionsFor(
  agent: Agent,
  caller: CallerFacts,
  clock: Clock,
  trouble: (error: unknown) => void,
): Promise<string> {
  const { instructions } = agent;
  if (typeof instructions === 'string') return instructions;
  const tooLate = Promise.withResolvers<never>();
  const cancel = clock.after(MOST_MS, () =>
    tooLate.reject(new Error(`The instructions of ${agent.name} were not ready within ${MOST_MS / 1000} s.`)),
  );
  try {
    const moment = momentOf(agent, caller, clock.wallMs());
    // Called within a promise: what it throws at once is treated as what it rejects with.
    const text = await Promise.race([Promise.resolve(moment).then(instructions), tooLate.promise]);
    if (typeof text === 'string' && text.trim() !== '') return text;
    throw new TypeError(`The instructions of ${agent.name} must be a text.`);
  } catch (error) {
    trouble(error);
    return `You answer the phone for ${agent.name}. At the moment you cannot look anything up. Be friendly and brief, say so, and offer to take a message.`;
  } finally {
    cancel();
  }
}

/** The caller hears the phone ring meanwhile, and the model is being reached. */
const MOST_MS = 3_000;

export function momentOf(agent: Agent, { number, dialled }: CallerFacts, wallMs: number): CallerMoment {
  const timeZone = agent.openingHours?.timeZone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { date, minutes } = wallTime(wallMs, timeZone);
  const hour = Math.floor(minutes / 60);
  const two = (part: number) => String(part).padStart(2, '0');
  return { number, dialled, date, time: `${two(hour)}:${two(minutes % 60)}`, partOfDay: partOf(hour) };
}

function partOf(hour: number): CallerMoment['partOfDay'] {
  if (hour < 5) return 'night';
  if (hour < 12) return 'morning';
  if (hour < 18) return 'afternoon';
  return hour < 23 ? 'evening' : 'night';
}
