import type { RawData, WebSocket } from 'ws';
import { unreachable } from '../../errors.ts';
import type { Switchboard } from '../../ports/carrier.ts';
import type { Cancel, Clock } from '../../ports/clock.ts';
import type { Leg, LegEvent, LegGone } from '../../ports/leg.ts';
import { inTime } from '../in-time.ts';
import { LegEvents } from '../leg-events.ts';
import type { OpenLines } from '../media-sockets.ts';
import {
  clearMessage,
  FrameReader,
  isTelephoneFormat,
  markMessage,
  mediaMessages,
  readStreamMessage,
  type StreamMessage,
} from './messages.ts';

/** What a media socket needs of the house. */
export interface MediaStreamSurroundings {
  readonly clock: Clock;
  readonly switchboard: Switchboard;
  readonly lines: OpenLines;
  readonly trouble: (callSid: string, what: string) => void;
}

/**
 * One media socket: lets the right call through, and nothing else.
 *
 * It opened with a ticket for one call. Whatever else arrives on it than that
 * call's stream is dropped, and a peer that keeps at it is dropped too.
 */
export class MediaStream {
  readonly #socket: WebSocket;
  readonly #callSid: string;
  readonly #around: MediaStreamSurroundings;
  readonly #cancels: Cancel[];
  #line: { readonly leg: MediaStreamLeg; readonly streamSid: string; readonly frames: FrameReader } | null =
    null;
  #badMessages = 0;
  /** The peer gave a sign of life since we last looked. */
  #isAlive = true;

  constructor(socket: WebSocket, callSid: string, around: MediaStreamSurroundings) {
    const { clock } = around;
    this.#socket = socket;
    this.#callSid = callSid;
    this.#around = around;
    this.#cancels = [
      clock.after(START_MS, () => this.#line ?? this.#refuse('no start')),
      clock.every(WATCH_MS, () => this.#watch()),
      around.lines.opened(callSid, () => socket.close(1000)),
    ];
    socket.on('message', (data, isBinary) => this.#onMessage(data, isBinary));
    socket.on('pong', (name) => {
      this.#isAlive = true;
      if (name.length > 0) this.#line?.leg.tell({ type: 'pong', name: name.toString() });
    });
    socket.on('error', () => {}); // a close follows, and that is what counts
    socket.on('close', () => this.#onClose());
  }

  #onMessage(data: RawData, isBinary: boolean): void {
    this.#isAlive = true;
    if (this.#socket.readyState !== this.#socket.OPEN) return; // we have said goodbye
    if (isBinary) return this.#socket.close(UNSUPPORTED_DATA, 'text frames only');
    const line = this.#line;
    const sound = line && Buffer.isBuffer(data) ? line.frames.read(data) : null;
    if (line && sound) return line.leg.tell(sound);
    const message = readStreamMessage(data.toString());
    if (!message) return this.#onBadMessage();
    this.#take(message);
  }

  #take(message: StreamMessage): void {
    if (message.event === 'connected') return;
    if (message.event === 'start') return this.#start(message);
    if (!this.#line || message.streamSid !== this.#line.streamSid) return this.#onBadMessage();
    const { leg } = this.#line;
    switch (message.event) {
      case 'media':
        return leg.tell({ type: 'audio', audio: message.audio, atMs: message.atMs });
      case 'echoed':
        return;
      case 'mark':
        return leg.tell({ type: 'mark', name: message.name });
      case 'dtmf':
        return leg.tell({ type: 'digit', digit: message.digit });
      case 'stop':
        return this.#gone('hung_up');
      default:
        return unreachable(message);
    }
  }

  #start(message: Extract<StreamMessage, { event: 'start' }>): void {
    if (this.#line) return this.#onBadMessage(); // the first stream goes on, unharmed
    if (message.callSid !== this.#callSid) return this.#refuse('not the call of this ticket');
    const leg = new MediaStreamLeg(this.#socket, message.streamSid);
    this.#line = { leg, streamSid: message.streamSid, frames: new FrameReader(message.streamSid) };
    if (!isTelephoneFormat(message)) leg.tell({ type: 'gone', reason: 'unusable' });
    void this.#connect(leg);
  }

  async #connect(leg: MediaStreamLeg): Promise<void> {
    const { clock, switchboard } = this.#around;
    const trouble = (what: string) => this.#around.trouble(this.#callSid, what);
    const isTaken = await inTime({ clock, trouble }, () => switchboard.connect(this.#callSid, leg), false);
    if (!isTaken) leg.close();
  }

  #onBadMessage(): void {
    this.#badMessages += 1;
    if (this.#badMessages > MOST_BAD_MESSAGES) this.#refuse('too many messages that are none');
  }

  #refuse(reason: string): void {
    this.#socket.close(POLICY_VIOLATION, reason);
  }

  /** A line whose other end vanished without a word would keep the model talking, and paid for. */
  #watch(): void {
    this.#badMessages = 0;
    if (!this.#isAlive) return this.#socket.terminate();
    this.#isAlive = false;
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.ping();
  }

  #onClose(): void {
    for (const cancel of this.#cancels) cancel();
    this.#gone('lost');
  }

  #gone(reason: LegGone): void {
    this.#line?.leg.tell({ type: 'gone', reason });
  }
}

/** Twilio sends it at once. */
const START_MS = 5_000;

/** A peer that is silent from one look to the next, and does not answer the ping between them, is gone. */
const WATCH_MS = 5_000;

/** Within one watch. A few may be new kinds of message; a hundred are an attack or a broken peer. */
const MOST_BAD_MESSAGES = 100;

const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;

/** The phone's side of a call on a media stream that has started. */
class MediaStreamLeg implements Leg {
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
