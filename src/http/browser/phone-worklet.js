/** The phone's mouth and ear, in the browser's own audio thread: nothing the page does makes them stumble. */
import { decodeMulaw, encodeMulaw, PlayOut, Resampler } from './telephone-sound.js';

const LINE_HZ = 8_000;
const FRAME_BYTES = 160;

/** The microphone, as frames of twenty milliseconds in the telephone's code. */
class Mouth extends AudioWorkletProcessor {
  #resampler = new Resampler(sampleRate, LINE_HZ);
  /** @type {number[]} */
  #codes = [];
  #loudest = 0;

  /** @param {Float32Array[][]} inputs */
  process(inputs) {
    const samples = inputs[0]?.[0];
    if (!samples) return true;
    for (const sample of samples) this.#loudest = Math.max(this.#loudest, Math.abs(sample));
    this.#codes.push(...encodeMulaw(this.#resampler.push(samples)));
    while (this.#codes.length >= FRAME_BYTES) {
      const frame = Uint8Array.from(this.#codes.splice(0, FRAME_BYTES));
      this.port.postMessage({ frame, level: this.#loudest });
      this.#loudest = 0;
    }
    return true;
  }
}

/** The loudspeaker: takes sound, marks and clears in the order in which they came, and tells of marks. */
class Ear extends AudioWorkletProcessor {
  #resampler = new Resampler(LINE_HZ, sampleRate);
  #playOut = new PlayOut();
  #loudest = 0;
  #blocks = 0;

  constructor() {
    super();
    this.port.onmessage = ({ data }) => {
      if (data.sound) this.#playOut.arrive(this.#resampler.push(decodeMulaw(data.sound)));
      else if (data.mark !== undefined) this.#tell(this.#playOut.mark(data.mark));
      else if (data.clear) {
        this.#tell(this.#playOut.clear());
        this.#resampler = new Resampler(LINE_HZ, sampleRate); // or the last sound would ring on in the next
      }
    };
  }

  /** @param {Float32Array[][]} _inputs @param {Float32Array[][]} outputs */
  process(_inputs, outputs) {
    const output = outputs[0]?.[0];
    if (!output) return true;
    this.#tell(this.#playOut.play(output));
    for (const sample of output) this.#loudest = Math.max(this.#loudest, Math.abs(sample));
    this.#blocks += 1;
    if (this.#blocks % 16 === 0) {
      this.port.postMessage({ level: this.#loudest });
      this.#loudest = 0;
    }
    return true;
  }

  /** @param {string[]} marks */
  #tell(marks) {
    for (const mark of marks) this.port.postMessage({ mark });
  }
}

registerProcessor('mouth', Mouth);
registerProcessor('ear', Ear);
