import type { WebSocket } from 'ws';
import type { CallLeg, LegEvent } from '../../ports/carrier.ts';
import { clearMessage, markMessage, mediaMessage } from './messages.ts';

/** The phone's side of a call on a media stream that has started. */
export class TwilioLeg implements CallLeg {
  readonly #socket: WebSocket;
  readonly #streamSid: string;
  readonly #hangUp: () => void;
  #listener: (event: LegEvent) => void = () => {};

  constructor(socket: WebSocket, streamSid: string, hangUp: () => void) {
    this.#socket = socket;
    this.#streamSid = streamSid;
    this.#hangUp = hangUp;
  }

  get backlogBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#listener = listener;
  }

  /** Something happened on the line. */
  tell(event: LegEvent): void {
    this.#listener(event);
  }

  play(audio: Uint8Array): void {
    this.#send(mediaMessage(this.#streamSid, audio));
  }

  mark(name: string): void {
    this.#send(markMessage(this.#streamSid, name));
  }

  clear(): void {
    this.#send(clearMessage(this.#streamSid));
  }

  hangUp(): void {
    this.#hangUp();
  }

  close(): void {
    this.#socket.close(1000);
  }

  #send(text: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text);
  }
}
