import { describe, expect, it } from 'vitest';
import { aRecorder, frame } from './support/a-recorder.ts';

describe('a recording of what the caller heard', () => {
  it('has the agent where the caller heard them, as soon as a mark has told when that was', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentMarked('it begins', 1_000);
    recorder.agentPlayed(frame(1, 360), 1_000);
    recorder.flush(1_080);
    recorder.markReturned('it begins', 1_090);
    recorder.agentPlayed(frame(2, 240), 1_360);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1090–1450', '2: 1450–1690']);
  });

  it('goes by the quickest mark: the others were held up on their way back', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentMarked('a', 1_000);
    recorder.agentPlayed(frame(1, 360), 1_000);
    recorder.agentMarked('b', 1_360);
    recorder.agentPlayed(frame(2, 240), 1_360);
    recorder.agentMarked('c', 1_600);
    recorder.markReturned('a', 1_130);
    recorder.markReturned('b', 1_460);
    recorder.markReturned('c', 1_800);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1100–1460', '2: 1460–1700']);
  });

  it('believes the marks behind a sound rather than the one before it, which may have come alone', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentMarked('a', 1_000);
    recorder.agentPlayed(frame(1, 360), 1_000);
    recorder.agentMarked('b', 1_360);
    recorder.markReturned('a', 1_080);
    recorder.markReturned('b', 1_450);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1090–1450']);
  });

  it('believes what came back without being played where all marks are slow', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentPlayed(frame(1, 360), 1_000);
    recorder.agentMarked('sent beside it', 1_000);
    recorder.agentMarked('b', 1_360);
    recorder.agentPlayed(frame(2, 240), 1_360);
    recorder.agentMarked('c', 1_600);
    recorder.markReturned('sent beside it', 1_080);
    recorder.markReturned('b', 1_860);
    recorder.markReturned('c', 2_300);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1080–1440', '2: 1440–1680']);
  });

  it('takes the next sentence for as late as the last one, until it is known', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentMarked('a', 1_000);
    recorder.agentPlayed(frame(1, 200), 1_000);
    recorder.markReturned('a', 1_050);
    recorder.agentPlayed(frame(2, 200), 1_230); // the phone plays the first one until 1 250
    recorder.agentPlayed(frame(3, 200), 2_000);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1050–1250', '2: 1280–1480', '3: 2050–2250']);
  });

  it('ends a sentence that was cleared as much later as it began later', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentMarked('a', 1_000);
    recorder.agentPlayed(frame(1, 800), 1_000);
    recorder.agentMarked('b', 1_800);
    recorder.markReturned('a', 1_060);
    recorder.agentCleared(1_300);
    recorder.markReturned('b', 1_360);
    recorder.agentPlayed(frame(2, 100), 1_320);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1060–1360', '2: 1380–1480']);
  });

  it('ends a sentence where it lies, also if that can no longer be put right', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentMarked('a', 1_000);
    recorder.agentPlayed(frame(1, 3_000), 1_000);
    recorder.markReturned('a', 1_120);
    recorder.flush(3_900);
    recorder.agentPlayed(frame(1, 5_000), 4_000);
    recorder.agentMarked('b', 9_000);
    recorder.flush(8_000);
    recorder.markReturned('b', 9_020); // earlier than was believed, and its beginning is long written
    recorder.agentPlayed(frame(1, 2_000), 9_000);
    recorder.agentCleared(10_000);
    recorder.end(12_000);

    expect(agent()).toEqual(['1: 1120–10120']);
  });

  it('learns nothing from the marks of what was played before, nor from unknown ones', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentPlayed(frame(1, 200), 1_000);
    recorder.agentMarked('the end of it', 1_200);
    recorder.agentPlayed(frame(2, 200), 1_400);
    recorder.markReturned('the end of it', 1_450);
    recorder.markReturned('nobody’s', 1_450);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1000–1200', '2: 1400–1600']);
  });

  it('keeps nothing in a pause because it was put in another place', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentMarked('a', 1_000);
    recorder.agentPlayed(frame(1, 360), 1_000);
    recorder.pause(1_200);
    recorder.markReturned('a', 1_050);
    recorder.resume(1_300);
    recorder.end(2_000);

    expect(agent()).toEqual(['1: 1050–1200']);
  });
});
