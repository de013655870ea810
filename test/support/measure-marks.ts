/**
 * What marks that are late do to what the model is told was heard: `node test/support/measure-marks.ts`. For each way
 * of being late twelve calls of twenty answers, each cut off somewhere, on a simulated phone that knows what it played.
 */
import { aCall } from './a-call.ts';
import { MARK_DELAYS, randomFrom } from './mark-delays.ts';

const CALLS = 12;
const ANSWERS = 20;

const rows = Object.entries(MARK_DELAYS).map(([late, delays]) => {
  const offMs: number[] = [];
  const found = { gaps: 0, refused: 0, stale: 0 };
  for (let nth = 0; nth < CALLS; nth++) measureCall(randomFrom(nth), delays);
  const sorted = offMs.sort((one, other) => one - other);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(1);
  return { late, answers: sorted.length, 'p50 ms': at(0.5), 'p99 ms': at(0.99), 'most ms': at(1), ...found };

  function measureCall(random: () => number, delays: (typeof MARK_DELAYS)[keyof typeof MARK_DELAYS]): void {
    const { model, phone, clock } = aCall({ journey: { downMs: 25, upMs: 25, markMs: delays(random) } });
    const told = new Map<string, number>();
    model.truncate = ({ itemId }, heardMs) => void told.set(itemId, heardMs);
    phone.keepsSending();
    clock.advance(500);
    for (let answer = 1; answer <= ANSWERS; answer++) {
      const ms = 2_000 + Math.floor(18_000 * random());
      model.says(`i${answer}`, { ms, code: answer, response: `r${answer}` });
      clock.advance(Math.floor((ms - 100) * random()) + 50);
      model.hearsSpeech();
      clock.advance(100);
      const heardMs = phone.heardMs(answer);
      clock.advance(400);
      model.hearsPause();

      const toldMs = told.get(`i${answer}`);
      offMs.push(Math.abs((toldMs ?? ms) - heardMs));
      if ((toldMs ?? 0) > ms) found.refused += 1;
      if (phone.heardMs(answer) > heardMs) found.stale += 1;
      found.gaps += phone.stretches.filter(({ code }) => code === answer).length - 1;
    }
  }
});
console.table(rows);
