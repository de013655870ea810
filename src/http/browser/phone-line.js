/**
 * The line between this browser and the house: what a carrier's media stream says, in its own order.
 *
 * The house takes this phone for any other: the same socket, the same messages, marks that come
 * back when they are reached, and a `clear` that silences at once.
 */
export class PhoneLine {
  #socket;
  #callSid;
  #streamSid = `MZ${hex()}`;
  #accountSid = `AC${hex()}`;
  #messages = 0;
  #frames = 0;
  #listener;

  /**
   * @param {string} address
   * @param {string} callSid
   * @param {{ opened: () => void, sound: (codes: Uint8Array<ArrayBuffer>) => void, mark: (name: string) => void, clear: () => void, closed: () => void }} listener
   */
  constructor(address, callSid, listener) {
    this.#callSid = callSid;
    this.#listener = listener;
    this.#socket = new WebSocket(address);
    this.#socket.addEventListener('open', () => this.#begin());
    this.#socket.addEventListener('message', ({ data }) => this.#take(String(data)));
    this.#socket.addEventListener('close', () => listener.closed());
  }

  /** Twenty milliseconds of what the microphone hears. @param {Uint8Array} frame */
  say(frame) {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const timestamp = String(this.#frames * FRAME_MS);
    this.#frames += 1;
    const payload = btoa(String.fromCharCode(...frame));
    this.#tell({
      event: 'media',
      media: { track: 'inbound', chunk: String(this.#frames), timestamp, payload },
    });
  }

  /** @param {string} digit */
  press(digit) {
    this.#tell({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } });
  }

  /** A mark was reached, or cleared. @param {string} name */
  reached(name) {
    this.#tell({ event: 'mark', mark: { name } });
  }

  hangUp() {
    this.#tell({ event: 'stop', stop: { accountSid: this.#accountSid, callSid: this.#callSid } });
    this.#socket.close(1000);
  }

  #begin() {
    this.#send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    this.#tell({
      event: 'start',
      start: {
        accountSid: this.#accountSid,
        streamSid: this.#streamSid,
        callSid: this.#callSid,
        tracks: ['inbound'],
        mediaFormat: { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 },
        customParameters: {},
      },
    });
    this.#listener.opened();
  }

  /** @param {string} text */
  #take(text) {
    const message = JSON.parse(text);
    if (message.streamSid !== this.#streamSid) return;
    if (message.event === 'media')
      this.#listener.sound(Uint8Array.from(atob(message.media.payload), (letter) => letter.charCodeAt(0)));
    else if (message.event === 'mark') this.#listener.mark(message.mark.name);
    else if (message.event === 'clear') this.#listener.clear();
  }

  /** Numbered, and with the stream's name, the members in the carrier's own order. @param {{ event: string } & Record<string, unknown>} message */
  #tell({ event, ...content }) {
    this.#messages += 1;
    this.#send({ event, sequenceNumber: String(this.#messages), ...content, streamSid: this.#streamSid });
  }

  /** @param {object} message */
  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}

const FRAME_MS = 20;

function hex() {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
