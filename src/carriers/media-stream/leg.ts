import type { WebSocket } from 'ws';
import type { Leg, LegEvent } from '../../ports/leg.ts';
import { LegEvents } from '../leg-events.ts';
import { clearMessage, markMessage, mediaMessages } from './messages.ts';

/** The phone's side of a call on a media stream that has started. */
export class MediaStreamLeg implements Leg {
  readonly format = 'pcmu';
  readonly id: string;
  readonly #socket: WebSocket;
  readonly #events = new LegEvents();
  readonly #mediaMessage: (audio: Uint8Array) => Buffer;

  constructor(socket: WebSocket, streamSid: string) {
    this.#socket = socket;
    this.id = streamSid;
    this.#mediaMessage = mediaMessages(streamSid);
  }

  get backlogBytes(): number {
    return this.#socket.bufferedAmount;
  }

  listen(listener: (event: LegEvent) => void): void {
    this.#events.listen(listener);
  }

  /** Something happened on the line. */
  tell(event: LegEvent): void {
    this.#events.tell(event);
  }

  play(audio: Uint8Array): void {
    this.#send(this.#mediaMessage(audio));
  }

  mark(name: string): void {
    this.#send(markMessage(this.id, name));
  }

  /** Whoever speaks WebSocket answers it, in its turn, and does not look at what it is for. */
  ping(name: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(name);
  }

  clear(): void {
    this.#send(clearMessage(this.id));
  }

  close(): void {
    this.#socket.close(1000);
  }

  #send(text: string | Buffer): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(text, TEXT_FRAME);
  }
}

/** Bytes go out as text, too: Twilio knows no other frames. */
const TEXT_FRAME = { binary: false };
