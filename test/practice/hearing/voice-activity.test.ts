import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VoiceActivity, type VoiceEvent } from '../../../src/practice/hearing/voice-activity.ts';
import { clipSamples, findClip } from '../../../src/practice/voice.ts';
import { inTurn, noise, SENTENCES, silence, sine, spoken, spokenAt24, together } from './support/sounds.ts';

const SETTINGS = { sampleRate: 8_000, threshold: 0.5, prefixPaddingMs: 300, silenceDurationMs: 500 };

function ears(changes: Partial<typeof SETTINGS> = {}): VoiceActivity {
  return new VoiceActivity({ ...SETTINGS, ...changes });
}

function startMs(event: VoiceEvent | undefined): number {
  return event?.type === 'started' ? event.audioStartMs : Number.NaN;
}

function endMs(event: VoiceEvent | undefined): number {
  return event?.type === 'stopped' ? event.audioEndMs : Number.NaN;
}

/** A voice of this level and length, steady enough to know its edges to the millisecond. */
function voice(ms: number, dbfs = -20): Int16Array {
  return sine(400, ms, dbfs, 8_000);
}

describe('the voice detection', () => {
  describe.each([8_000, 24_000])('at %i Hz', (sampleRate) => {
    describe.each(['silence', 'noise of -60 dBFS'])('in %s', (around) => {
      it.each(SENTENCES)('finds both ends of "%s" within 60 ms', (name) => {
        const sentence = sampleRate === 8_000 ? spoken(name) : spokenAt24(name);
        const leadMs = 1_003; // off the grid of any frame
        const quiet = inTurn(silence(leadMs, sampleRate), sentence, silence(1_000, sampleRate));
        const sound = around === 'silence' ? quiet : together(quiet, noise(quiet.length, -60));

        const events = ears({ sampleRate, silenceDurationMs: 200 }).push(sound);

        expect(events.map((event) => event.type)).toEqual(['started', 'stopped']);
        const sentenceMs = (sentence.length * 1000) / sampleRate;
        expect(Math.abs(startMs(events[0]) + 300 - leadMs)).toBeLessThan(60);
        expect(Math.abs(endMs(events[1]) - 200 - (leadMs + sentenceMs))).toBeLessThan(60);
      });
    });
  });

  it('hears the same, however the audio is cut', () => {
    const call = inTurn(
      silence(700, 8_000),
      spoken('parking'),
      silence(900, 8_000),
      spoken('yes'),
      silence(700, 8_000),
    );
    const atOnce = ears().push(call);
    expect(atOnce).toHaveLength(4);

    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1, maxLength: 30 }), (cuts) => {
        const inPieces = ears();
        const heard: VoiceEvent[] = [];
        for (let at = 0, turn = 0; at < call.length; turn++) {
          const length = cuts[turn % cuts.length] ?? 1;
          heard.push(...inPieces.push(call.subarray(at, at + length)));
          at += length;
        }
        expect(heard).toEqual(atOnce);
      }),
    );
  });

  it('counts the padding before the speech and the silence after it', () => {
    const events = ears().push(inTurn(silence(1_000, 8_000), voice(400), silence(1_000, 8_000)));

    expect(events).toEqual([
      { type: 'started', audioStartMs: 700 },
      { type: 'stopped', audioEndMs: 1_900 },
    ]);
  });

  it('starts no turn before the audio began', () => {
    const events = ears().push(inTurn(silence(100, 8_000), voice(400)));

    expect(events).toEqual([{ type: 'started', audioStartMs: 0 }]);
  });

  it('starts no turn before the one before has ended', () => {
    const listening = ears({ silenceDurationMs: 200 });

    const events = listening.push(inTurn(voice(400), silence(300, 8_000), voice(400)));

    expect(events).toEqual([
      { type: 'started', audioStartMs: 0 },
      { type: 'stopped', audioEndMs: 600 },
      { type: 'started', audioStartMs: 600 },
    ]);
  });

  it('waits out a pause that is shorter than the silence asked for', () => {
    const speech = inTurn(voice(400), silence(300, 8_000), voice(400), silence(600, 8_000));

    const patient = ears({ silenceDurationMs: 400 }).push(speech);
    const eager = ears({ silenceDurationMs: 200 }).push(speech);

    expect(patient.map((event) => event.type)).toEqual(['started', 'stopped']);
    expect(eager.map((event) => event.type)).toEqual(['started', 'stopped', 'started', 'stopped']);
  });

  it('hears a voice within 70 ms', () => {
    const listening = ears();
    listening.push(silence(1_000, 8_000));

    expect(listening.push(voice(50))).toEqual([]);
    expect(listening.push(voice(20))).toEqual([{ type: 'started', audioStartMs: 700 }]);
  });

  it('takes a cough for the start of a turn, as energy is all it goes by', () => {
    const cough = clipSamples(findClip('caller', 'cough'));

    const events = ears().push(inTurn(silence(500, 8_000), cough, silence(600, 8_000)));

    expect(events.map((event) => event.type)).toEqual(['started', 'stopped']);
  });

  it('lets a hum of -50 dBFS pass at a threshold of 0.5, and hears it at 0.2', () => {
    const hum = sine(100, 3_000, -50, 8_000);

    expect(ears({ threshold: 0.5 }).push(hum)).toEqual([]);
    expect(ears({ threshold: 0.2 }).push(hum)).toEqual([{ type: 'started', audioStartMs: 0 }]);
  });

  it('wants a louder voice at a higher threshold', () => {
    expect(ears({ threshold: 0.5 }).push(voice(400, -36))).toHaveLength(1);
    expect(ears({ threshold: 0.9 }).push(voice(400, -36))).toEqual([]);
    expect(ears({ threshold: 0.9 }).push(voice(400, -20))).toHaveLength(1);
  });

  it('starts nothing for clicks, however loud', () => {
    const click = new Int16Array(8).fill(32_000);
    const clicks = Array.from({ length: 20 }, () => inTurn(click, silence(73, 8_000)));

    expect(ears().push(inTurn(...clicks))).toEqual([]);
  });

  it('takes a constant offset for silence', () => {
    expect(ears().push(new Int16Array(8_000).fill(4_000))).toEqual([]);
  });

  it('goes by new settings in the middle of a turn', () => {
    const listening = ears();
    listening.push(inTurn(voice(400), silence(250, 8_000)));

    listening.configure({ silenceDurationMs: 300 });

    expect(listening.push(silence(250, 8_000))).toEqual([{ type: 'stopped', audioEndMs: 700 }]);
  });

  it('keeps counting when the audio goes on at another rate', () => {
    const listening = ears();
    listening.push(silence(1_005, 8_000));

    listening.configure({ sampleRate: 24_000 });
    const events = listening.push(inTurn(silence(995, 24_000), sine(400, 400, -20, 24_000)));

    expect(startMs(events[0])).toBeGreaterThanOrEqual(1_690);
    expect(startMs(events[0])).toBeLessThanOrEqual(1_710);
  });

  it('forgets a turn when told to, but not the time', () => {
    const listening = ears();
    listening.push(inTurn(silence(500, 8_000), voice(500)));

    listening.reset();

    expect(listening.push(silence(1_000, 8_000))).toEqual([]);
    expect(listening.push(voice(400))).toEqual([{ type: 'started', audioStartMs: 1_700 }]);
  });

  it('reaches back no further than to where it was told to forget', () => {
    const listening = ears();
    listening.push(silence(1_000, 8_000));

    listening.reset();

    expect(listening.push(inTurn(silence(100, 8_000), voice(400)))).toEqual([
      { type: 'started', audioStartMs: 1_000 },
    ]);
  });
});
