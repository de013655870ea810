import { describe, expect, it } from 'vitest';
import { aCall } from '../support/a-call.ts';

const SILENT = 0xff;
/** What a quiet room sounds like. */
const SOFT = 0xf0;
const frame = (code: number) => new Uint8Array(160).fill(code);

function speaker(phone: ReturnType<typeof aCall>['phone'], clock: ReturnType<typeof aCall>['clock']) {
  let atMs = 73;
  return {
    /** Frames of this sound, one every 20 ms. */
    speak(code: number, ms: number) {
      for (let spoken = 0; spoken < ms; spoken += 20, atMs += 20) {
        phone.tell({ type: 'audio', audio: frame(code), atMs });
        clock.advance(20);
      }
    },
    /** As many of them as were due in this time, within one moment. */
    arriveAtOnce(code: number, ms: number) {
      for (let spoken = 0; spoken < ms; spoken += 20, atMs += 20)
        phone.tell({ type: 'audio', audio: frame(code), atMs });
    },
    /** The line's clock goes on, but no frames come. */
    skip(ms: number) {
      atMs += ms;
      clock.advance(ms);
    },
  };
}

const msOf = (heard: readonly number[], code: number) => heard.filter((byte) => byte === code).length / 8;

describe('the model hearing the caller', () => {
  it('gets every frame as it comes', () => {
    const { model, phone, clock } = aCall();

    speaker(phone, clock).speak(0x11, 1000);

    expect(model.heard).toEqual(new Array(8000).fill(0x11));
  });

  it('S5: hears silence where the line left something out', () => {
    const { model, phone, clock } = aCall();
    const caller = speaker(phone, clock);

    caller.speak(0x11, 100);
    caller.skip(400);
    caller.speak(0x22, 100);

    expect(msOf(model.heard, SILENT)).toBe(400);
    expect(model.heard.indexOf(0x22)).toBe(500 * 8);
  });

  it('S5: stays within 20 ms of the call over thousands of small holes', () => {
    const { model, phone, clock } = aCall();
    let lineMs = 0;
    for (let i = 0; i < 3000; i++) {
      phone.tell({ type: 'audio', audio: frame(0x11), atMs: lineMs });
      lineMs += 20;
      expect(Math.abs(lineMs - model.heard.length / 8)).toBeLessThanOrEqual(20);
      if (i % 3 === 0) lineMs += 7; // the line leaves out so much before its next frame
      clock.advance(20);
    }
  });

  it('S5: does not invent silence for frames that come in a burst', () => {
    const { model, phone } = aCall();

    for (let i = 0; i < 250; i++) phone.tell({ type: 'audio', audio: frame(0x11), atMs: i * 20 });

    expect(model.heard.length).toBe(5000 * 8);
  });

  it('S5: takes no more than ten seconds of silence from a line whose clock jumps', () => {
    const { model, phone } = aCall();
    phone.tell({ type: 'audio', audio: frame(0x11), atMs: 0 });

    for (let i = 1; i < 50; i++) phone.tell({ type: 'audio', audio: frame(0x11), atMs: i * 1_000_000 });

    expect(msOf(model.heard, SILENT)).toBeLessThanOrEqual(10_000);
  });

  it('S5: hears the pause of a caller whose line stops in mid-speech, within a second and a half', () => {
    const { model, phone, clock } = aCall();
    const caller = speaker(phone, clock);
    caller.speak(0x11, 300);
    model.hearsSpeech();

    caller.skip(1500);

    expect(msOf(model.heard, SILENT)).toBeGreaterThanOrEqual(900);
  });

  it('S5: counts the silence that stood in for a line when the line comes back', () => {
    const { model, phone, clock } = aCall();
    const caller = speaker(phone, clock);
    caller.speak(0x11, 300);
    model.hearsSpeech();

    caller.skip(2000);
    caller.speak(0x22, 100);

    expect(Math.abs(msOf(model.heard, SILENT) - 2000)).toBeLessThanOrEqual(20);
  });

  it.each([900, 2_000, 4_000, 9_000])(
    'S5: makes up in the next pause for frames that were not lost, but %i ms late',
    (stallMs) => {
      const { model, phone, clock } = aCall();
      const caller = speaker(phone, clock);
      caller.speak(0x11, 300);
      model.hearsSpeech();

      clock.advance(stallMs);
      caller.arriveAtOnce(0x22, stallMs); // held up on the way, and then all here
      const aheadMs = model.heard.length / 8 - 300 - stallMs;
      caller.speak(0x22, 500);
      const ofSpeechMs = msOf(model.heard, 0x22);
      caller.speak(SOFT, 600); // the pause that ends the turn is heard in full
      const ofPauseMs = msOf(model.heard, SOFT);
      model.hearsPause();
      caller.speak(SOFT, 10_000);
      caller.speak(0x33, 500);

      expect(aheadMs).toBeGreaterThanOrEqual(stallMs - 520);
      expect([ofSpeechMs, ofPauseMs]).toEqual([stallMs + 500, 600]);
      expect(msOf(model.heard, 0x33)).toBe(500);
      expect(Math.abs(model.heard.length / 8 - (300 + stallMs + 500 + 600 + 10_000 + 500))).toBeLessThan(20);
    },
  );

  it('S5: takes what is lost later for the silence that stood in for late frames', () => {
    const { model, phone, clock } = aCall();
    const caller = speaker(phone, clock);
    caller.speak(0x11, 300);
    model.hearsSpeech();
    clock.advance(4_000);
    caller.arriveAtOnce(0x22, 4_000);
    model.hearsPause();

    caller.skip(5_000);
    caller.speak(0x33, 100);

    expect(Math.abs(model.heard.length / 8 - (300 + 4_000 + 5_000 + 100))).toBeLessThanOrEqual(20);
  });

  it('leaves a quiet line alone while nobody speaks', () => {
    const { model, phone, clock } = aCall();
    const caller = speaker(phone, clock);
    caller.speak(0x11, 300);

    caller.skip(5000);

    expect(msOf(model.heard, SILENT)).toBe(0);
  });

  it('T2: misses nothing of what the caller says before the model listens', () => {
    const { call, model, phone, clock } = aCall({ begins: 'ringing' });
    call.connect(phone);
    const caller = speaker(phone, clock);
    caller.speak(0x11, 700);
    caller.speak(0x22, 300);

    model.isReady();
    caller.speak(0x33, 100);

    const sound = (code: number, ms: number) => new Array<number>(ms * 8).fill(code);
    expect(model.heard).toEqual([...sound(0x11, 700), ...sound(0x22, 300), ...sound(0x33, 100)]);
  });

  it('T2: keeps thirty seconds for a model that is slow to listen, and then the latest', () => {
    const { call, model, phone } = aCall({ begins: 'ringing' });
    call.connect(phone);

    for (let i = 0; i < 35 * 50; i++)
      phone.tell({ type: 'audio', audio: frame(i < 250 ? 0x11 : 0x22), atMs: i * 20 });
    model.isReady();

    expect(msOf(model.heard, 0x11)).toBe(0);
    expect(msOf(model.heard, 0x22)).toBe(30_000);
  });

  it('T2: keeps what a model that has stopped reading will need when it reads again', () => {
    const { model, phone, clock } = aCall();
    const caller = speaker(phone, clock);
    model.backlogBytes = 10_000_000;
    caller.speak(0x11, 2000);
    const whileStuckMs = model.heard.length / 8;

    model.backlogBytes = 0;
    caller.speak(0x22, 600);

    expect(whileStuckMs).toBeLessThanOrEqual(500); // until it is noticed
    expect(msOf(model.heard, 0x11)).toBe(2000);
    expect(msOf(model.heard, 0x22)).toBe(600);
  });
});
