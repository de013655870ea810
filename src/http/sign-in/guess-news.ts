import type { Clock } from '../../ports/clock.ts';

/** Tells of wrong passwords for which there is no room to wait: at once, then once a minute how many there were. */
export function guessNews(
  clock: Clock,
  tell: (count: number) => void,
): (answer: 'wrong' | 'slow_down') => void {
  let count = 0;
  let quietUntil = Number.NEGATIVE_INFINITY;
  return (answer) => {
    if (answer === 'wrong') return;
    count += 1;
    if (clock.now() < quietUntil) return;
    quietUntil = clock.now() + EVERY_MS;
    tell(count);
    count = 0;
  };
}

const EVERY_MS = 60_000;
