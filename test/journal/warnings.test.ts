import { expect, it } from 'vitest';
import type { LogHealth, LogTrouble } from '../../src/journal/health.ts';
import { LogReporter } from '../../src/journal/warnings.ts';
import { TestClock } from '../support/test-clock.ts';

function aReporter() {
  const clock = new TestClock();
  const said: string[] = [];
  const reporter = new LogReporter(clock, (news) => {
    if (news.type === 'trouble') said.push(news.health.troubles.join());
    else said.push(news.type === 'over' ? 'over' : `${news.count} lost`);
  });
  const suffers = (...troubles: LogTrouble[]) => {
    const health: LogHealth =
      troubles.length === 0 ? { status: 'ok' } : { status: 'degraded', troubles, waitingEvents: 0 };
    reporter.changed(health);
  };
  return { clock, said, reporter, suffers };
}

it('says once that the disk is full, however often it comes and goes, and once that it is over', () => {
  const { clock, said, suffers } = aReporter();
  for (let n = 0; n < 500; n++) {
    suffers('store_full');
    suffers('store_full', 'recording_failed');
    suffers('recording_failed');
    clock.advance(200);
    suffers();
    clock.advance(1_000);
  }
  clock.advance(10_000);

  expect(said).toEqual(['store_full', 'store_full,recording_failed', 'over']);
  suffers('store_full');
  expect(said.slice(3)).toEqual(['store_full']);
});

it('says at once that events are lost, and then once a minute how many more', () => {
  const { clock, said, reporter } = aReporter();
  for (let n = 0; n < 300; n++) {
    reporter.lost(1);
    clock.advance(100);
  }
  clock.advance(200_000);

  expect(said).toEqual(['1 lost', '299 lost']);
});
