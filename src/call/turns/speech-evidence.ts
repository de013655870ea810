import { MULAW_DECODED } from '../../audio/g711.ts';

/**
 * How much of what the line brings is somebody talking, over the agent if need be.
 *
 * The model's ear cannot tell a cough from a word until it is over, nor the agent's
 * own voice, come back from the far end, from a caller's. Two things can be told
 * here at once: a sound much softer than what the phone has just played is its echo,
 * and a hum has hardly anything above its lowest tones.
 */
export class SpeechEvidence {
  readonly #played: Level[] = [];
  readonly #frames: Frame[] = [];
  #lastLoudAt = Number.NEGATIVE_INFINITY;
  #stillMs = 0;

  /** The phone plays this, at that time. */
  played(audio: Uint8Array, startsAt: number): void {
    for (let at = 0; at < audio.length; at += FRAME_BYTES) {
      const { power } = loudnessOf(audio.subarray(at, at + FRAME_BYTES));
      this.#played.push({ at: startsAt + at / BYTES_PER_MS, power });
    }
    while (this.#played.length > MOST_LEVELS) this.#played.shift();
  }

  /** What was sent and not played yet will not be heard. */
  silenced(now: number): void {
    while ((this.#played.at(-1)?.at ?? now) > now) this.#played.pop();
  }

  heard(audio: Uint8Array, now: number): void {
    const { power, sharpness } = loudnessOf(audio);
    const isLoud = power > QUIET_POWER && power > ECHO_SHARE * this.#loudestPlayed(now);
    if (isLoud) this.#lastLoudAt = now;
    this.#stillMs = isLoud ? 0 : this.#stillMs + audio.length / BYTES_PER_MS;
    this.#frames.push({
      at: now,
      ms: audio.length / BYTES_PER_MS,
      isLoud,
      isSpeech: isLoud && sharpness > HUM,
    });
    while ((this.#frames[0]?.at ?? now) < now - MEMORY_MS) this.#frames.shift();
  }

  /** Sound of the caller's own since then, whatever it is. */
  loudMs(since: number): number {
    return this.#sum(since, (frame) => frame.isLoud);
  }

  /** Sound since then that may be words. */
  speechMs(since: number): number {
    return this.#sum(since, (frame) => frame.isSpeech);
  }

  /** How long the caller has made no sound. */
  quietMs(now: number): number {
    return now - this.#lastLoudAt;
  }

  /** How much the line has brought since without any: what it does not bring tells nothing. */
  get stillMs(): number {
    return this.#stillMs;
  }

  #sum(since: number, counts: (frame: Frame) => boolean): number {
    return this.#frames.reduce((ms, frame) => (frame.at >= since && counts(frame) ? ms + frame.ms : ms), 0);
  }

  #loudestPlayed(now: number): number {
    let most = 0;
    for (const { at, power } of this.#played) {
      if (at <= now && at >= now - LONGEST_ECHO_MS && power > most) most = power;
    }
    return most;
  }
}

interface Level {
  readonly at: number;
  readonly power: number;
}

interface Frame {
  readonly at: number;
  readonly ms: number;
  readonly isLoud: boolean;
  readonly isSpeech: boolean;
}

/** Mean power, and how much of it is in quick changes: 0 for a low hum, 2 for noise. */
function loudnessOf(audio: Uint8Array): { readonly power: number; readonly sharpness: number } {
  let energy = 0;
  let changes = 0;
  let before = MULAW_DECODED[audio[0] ?? SILENCE] ?? 0;
  for (const code of audio) {
    const sample = MULAW_DECODED[code] ?? 0;
    energy += sample * sample;
    changes += (sample - before) * (sample - before);
    before = sample;
  }
  return { power: energy / Math.max(1, audio.length), sharpness: energy > 0 ? changes / energy : 0 };
}

const SILENCE = 0xff;
const BYTES_PER_MS = 8;
const FRAME_BYTES = 160;

/** -42 dB below full scale: rooms are softer, callers are louder. */
const QUIET_POWER = 260 ** 2;

/** An echo comes back at a tenth of its strength or less; a caller who talks over the agent is louder than that. */
const ECHO_SHARE = 0.17 ** 2;

/** The way to the far end's loudspeaker and back, and a little more. */
const LONGEST_ECHO_MS = 600;

/** Below this share of quick changes it is a hum: "mhm", a truck. */
const HUM = 0.1;

const MEMORY_MS = 3_000;
const MOST_LEVELS = 100;

/** What we hear of the caller ourselves, and for a model that notices no turns, where theirs begin and end. */
export class OwnEar {
  readonly evidence = new SpeechEvidence();
  readonly #pauseMs: number;
  #callerTalks = false;

  /** `pauseMs`: how long a pause ends a turn. */
  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /** Looks for the caller's turns. To be called as long as nobody else does. */
  look(now: number): 'began' | 'ended' | null {
    if (this.#callerTalks) {
      if (this.evidence.quietMs(now) < this.#pauseMs) return null;
      this.#callerTalks = false;
      return 'ended';
    }
    if (this.evidence.speechMs(now - WITHIN_MS) < LEAST_SPEECH_MS) return null;
    this.#callerTalks = true;
    return 'began';
  }
}

/** A word is longer than that; most knocks and clicks are not. */
const LEAST_SPEECH_MS = 140;
const WITHIN_MS = 400;
