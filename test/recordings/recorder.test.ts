import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aRecorder, frame } from './support/a-recorder.ts';

describe('a recording', () => {
  it('has the caller where the line says they spoke, and silence where nothing came', () => {
    const { recorder, caller } = aRecorder();
    recorder.start(0);
    recorder.heardFromCaller(frame(1), 100, 100);
    recorder.heardFromCaller(frame(1), 120, 120);
    recorder.heardFromCaller(frame(2), 200, 200);
    recorder.end(300);

    expect(caller()).toEqual(['1: 100–140', '2: 200–220']);
  });

  it('does not crackle over stamps that are a millisecond off, and does not drift with them', () => {
    const { recorder, caller } = aRecorder();
    recorder.start(0);
    for (let n = 0; n < 100; n++)
      recorder.heardFromCaller(frame(1), 20 * n + (n % 3) - 1, 20 * n + (n % 3) - 1);
    recorder.end(2_000);

    expect(caller()).toEqual(['1: 0–2000']);
  });

  it('does not crackle over frames that arrive when they can, and keeps in step all the same', () => {
    const { recorder, caller } = aRecorder();
    recorder.start(0);
    // Spoken at 20 n, on their way for 30 to 90 ms; and once the house was busy for 300 ms.
    for (let n = 0; n < 500; n++) {
      const arrivedMs = 20 * n + 30 + ((n * 37) % 61);
      const noticedMs = arrivedMs > 5_000 && arrivedMs < 5_300 ? 5_300 : arrivedMs;
      recorder.heardFromCaller(frame(1), noticedMs, 777_000 + 20 * n);
      recorder.flush(noticedMs);
    }
    recorder.end(12_000);

    expect(caller()).toEqual(['1: 30–10030']);
  });

  it('does the same without stamps, as long as the line leaves nothing out', () => {
    const { recorder, caller } = aRecorder();
    recorder.start(0);
    for (let n = 0; n < 500; n++) recorder.heardFromCaller(frame(1), 20 * n + 30 + ((n * 37) % 61));
    recorder.end(12_000);

    expect(caller()).toEqual(['1: 30–10030']);
  });

  it('keeps in step with a line whose clock is a little faster or slower than ours', () => {
    for (const frameMs of [20.002, 19.998]) {
      const { recorder, caller } = aRecorder();
      recorder.start(0);
      for (let n = 0; n < 6_000; n++) {
        recorder.heardFromCaller(frame(1), 20 * n, frameMs * n); // 12 ms in two minutes
        if (n % 10 === 0) recorder.flush(20 * n);
      }
      recorder.heardFromCaller(frame(9), 120_000, frameMs * 6_000);
      recorder.end(120_040);

      const beganMs = Number(/9: ([\d.]+)/.exec(caller().at(-1) ?? '')?.[1]);
      expect(Math.abs(beganMs - 120_000)).toBeLessThan(5);
    }
  });

  it('does not leave the caller a few milliseconds late for good, because the first frame was', () => {
    const { recorder, caller } = aRecorder();
    recorder.start(0);
    for (let n = 0; n < 50; n++) recorder.heardFromCaller(frame(1), 100 + 20 * n + (n === 0 ? 3 : 0), 20 * n);
    for (let n = 50; n < 100; n++) recorder.heardFromCaller(frame(2), 100 + 20 * n, 20 * n);
    recorder.end(3_000);

    expect(caller()).toEqual(['1: 103–1100', '2: 1100–2100']);
  });

  it('has the agent one sentence after the other, though they were sent faster', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentPlayed(frame(1, 200), 1_000);
    recorder.agentPlayed(frame(2, 200), 1_010);
    recorder.agentPlayed(frame(3, 100), 2_000);
    recorder.end(3_000);

    expect(agent()).toEqual(['1: 1000–1200', '2: 1200–1400', '3: 2000–2100']);
  });

  it('has nothing of what was cleared before it was heard, also if some of it was handed over', () => {
    const { recorder, agent } = aRecorder();
    recorder.start(0);
    recorder.agentPlayed(frame(1, 1_000), 1_000);
    recorder.flush(1_320);
    recorder.agentCleared(1_300);
    recorder.agentPlayed(frame(2, 100), 1_350);
    recorder.end(2_000);

    expect(agent()).toEqual(['1: 1000–1300', '2: 1350–1450']);
  });

  it('ends with the call: nobody heard the rest', () => {
    const { recorder, agent, file, sink } = aRecorder();
    recorder.start(0);
    recorder.agentPlayed(frame(1, 1_000), 100);
    recorder.end(500);
    recorder.end(600);
    recorder.heardFromCaller(frame(9), 600, 600);

    expect(agent()).toEqual(['1: 100–500']);
    expect(file.length).toBe(2 * 8 * 500);
    expect(sink.ended).toBe(1);
  });

  it('finds the place of a frame that comes late', () => {
    const { recorder, caller } = aRecorder();
    recorder.start(0);
    recorder.heardFromCaller(frame(1), 0, 0);
    recorder.heardFromCaller(frame(3), 40, 40);
    recorder.flush(900);
    recorder.heardFromCaller(frame(2), 20, 20);
    recorder.flush(1_100);
    recorder.end(1_200);

    expect(caller()).toEqual(['1: 0–20', '2: 20–40', '3: 40–60']);
  });

  it('keeps no sound before it is started, nor while it is paused, however late it comes', () => {
    const { recorder, caller, agent } = aRecorder();
    recorder.heardFromCaller(frame(1, 100), 0, 0);
    recorder.flush(100);
    recorder.resume(100);
    recorder.start(1_000);
    recorder.heardFromCaller(frame(2, 200), 900, 900);
    recorder.agentPlayed(frame(3, 500), 1_000);
    recorder.flush(1_100);
    recorder.pause(1_200);
    recorder.flush(1_300);
    recorder.heardFromCaller(frame(4, 100), 1_250, 1_250);
    recorder.resume(1_400);
    recorder.heardFromCaller(frame(5, 300), 1_190, 1_190);
    recorder.agentPlayed(frame(6, 100), 1_500);
    recorder.end(2_000);

    expect(caller()).toEqual(['2: 1000–1100', '5: 1190–1200', '5: 1400–1490']);
    expect(agent()).toEqual(['3: 1000–1200', '6: 1500–1600']);
  });

  it('keeps nothing at all when it is never started', () => {
    const { recorder, file, sink } = aRecorder();
    recorder.heardFromCaller(frame(1), 0, 0);
    recorder.flush(500);
    recorder.end(1_000);

    expect([file.length, sink.ended]).toEqual([0, 1]);
  });

  it('is whole again after nobody could take it for a minute; what is more is silent', () => {
    const { recorder, caller, sink } = aRecorder();
    recorder.start(0);
    sink.hasRoom = false;
    for (let ms = 0; ms < 90_000; ms += 20) {
      recorder.heardFromCaller(frame(7), ms, ms);
      recorder.flush(ms + 20);
    }
    sink.hasRoom = true;
    recorder.flush(90_000);
    recorder.end(91_000);

    expect(caller()).toEqual(['7: 0–60000']);
  });

  it('says the same whenever it is taken away', () => {
    const step = fc.record({ code: fc.integer({ min: 1, max: 254 }), ms: fc.integer({ min: 1, max: 400 }) });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 40 }),
        fc.integer({ min: 20, max: 3_000 }),
        (steps, everyMs) => {
          const often = aRecorder();
          const once = aRecorder();
          let nowMs = 0;
          let flushedMs = 0;
          for (const { recorder } of [often, once]) recorder.start(0);
          steps.forEach(({ code, ms }, n) => {
            for (const { recorder } of [often, once]) {
              if (code % 5 === 0) recorder.agentCleared(nowMs);
              else if (code % 2 === 0) recorder.agentPlayed(frame(code, 3 * ms), nowMs);
              else recorder.heardFromCaller(frame(code, ms), nowMs + (n % 2), nowMs + (n % 2));
            }
            nowMs += ms;
            if (nowMs - flushedMs < everyMs) return;
            flushedMs = nowMs;
            often.recorder.flush(nowMs);
          });
          for (const { recorder } of [often, once]) recorder.end(nowMs);
          expect(often.file).toEqual(once.file);
        },
      ),
    );
  });
});
