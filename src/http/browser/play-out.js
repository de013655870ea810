/**
 * The phone's loudspeaker: plays what arrives in order, and knows when a mark is reached.
 *
 * It works on samples at the loudspeaker's own rate; whoever owns it asks for the next few.
 */
export class PlayOut {
  /** @type {{ samples: Float32Array, at: number }[]} */
  #waiting = [];
  /** @type {{ name: string, at: number }[]} */
  #marks = [];
  #arrived = 0;
  #played = 0;

  /** @param {Float32Array} samples */
  arrive(samples) {
    if (samples.length === 0) return;
    this.#waiting.push({ samples, at: 0 });
    this.#arrived += samples.length;
  }

  /** Reached when all sound before it was played; at once if there is none. @param {string} name @returns {string[]} */
  mark(name) {
    if (this.#played >= this.#arrived) return [name];
    this.#marks.push({ name, at: this.#arrived });
    return [];
  }

  /** Forgets what was not played; gives all marks that waited. @returns {string[]} */
  clear() {
    this.#waiting = [];
    this.#arrived = this.#played;
    return this.#marks.splice(0).map(({ name }) => name);
  }

  /** Fills the output, with silence where nothing waits; gives the marks that were reached. @param {Float32Array} output @returns {string[]} */
  play(output) {
    let filled = 0;
    for (let piece = this.#waiting[0]; piece && filled < output.length; piece = this.#waiting[0]) {
      const part = piece.samples.subarray(piece.at, piece.at + output.length - filled);
      output.set(part, filled);
      filled += part.length;
      piece.at += part.length;
      if (piece.at === piece.samples.length) this.#waiting.shift();
    }
    output.fill(0, filled);
    this.#played += filled;
    const reached = this.#marks.filter(({ at }) => at <= this.#played);
    this.#marks.splice(0, reached.length);
    return reached.map(({ name }) => name);
  }
}
