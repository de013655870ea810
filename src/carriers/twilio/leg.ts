import type { WebSocket } from 'ws';
import type { Leg, LegEvent, TransferRequest } from '../../ports/leg.ts';
import { clearMessage, markMessage, mediaMessages } from './messages.ts';

/** What can be done to the phone call that a stream belongs to; it takes a request to the carrier. */
export interface PhoneCallControl {
  hangUp(): void;
  transfer(request: TransferRequest): Promise<boolean>;
}

/** The phone's side of a call on a media stream that has started. */
export class TwilioLeg implements Leg {
  readonly #socket: WebSocket;
  readonly #streamSid: string;
  readonly #mediaMessage: (audio: Uint8Array) => Buffer;
  readonly #control: PhoneCallControl;
  #listener: (event: LegEvent) => void = () => {};

  constructor(socket: WebSocket, streamSid: string, control: PhoneCallControl) {
    this.#socket = socket;
    this.#streamSid = streamSid;
    this.#mediaMessage = mediaMessages(streamSid);
    this.#control = control;
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
    this.#send(this.#mediaMessage(audio));
  }

  mark(name: string): void {
    this.#send(markMessage(this.#streamSid, name));
  }

  /** Whoever speaks WebSocket answers it, in its turn, and does not look at what it is for. */
  ping(name: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping(name);
  }

  clear(): void {
    this.#send(clearMessage(this.#streamSid));
  }

  hangUp(): void {
    this.#control.hangUp();
  }

  transfer(request: TransferRequest): Promise<boolean> {
    return this.#control.transfer(request);
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
