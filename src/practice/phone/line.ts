import { WebSocket } from 'ws';
import { FRAME_MS, silence } from '../../audio/format.ts';
import { ByteQueue } from '../../audio/frames.ts';
import type { Cancel } from '../../ports/clock.ts';
import { systemClock } from '../../ports/clock.ts';
import { PlayOut } from './play-out.ts';
import { readToPhone, type TwilioEvent } from './wire.ts';

/** Who is calling, as the carrier would say it. */
export interface LineIdentity {
  readonly accountSid: string;
  readonly callSid: string;
  readonly streamSid: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** What the practice line does worse than a good one. */
export interface LineFaults {
  /** Frames leave up to this much late, in order. */
  readonly jitterMs: number;
  /** The share of frames that never leave; the line's clock goes on. */
  readonly lossShare: number;
  /** Marks come back up to this much late, in order. */
  readonly marksLateMs: number;
}

export const GOOD_LINE = { jitterMs: 0, lossShare: 0, marksLateMs: 0 } as const satisfies LineFaults;

/** Told of what passes over the line; every part may be left out. */
export interface LineListener {
  readonly played?: (audio: Uint8Array, atMs: number) => void;
  readonly sent?: (frame: Uint8Array, atMs: number, spokenAtMs: number) => void;
  /** Every message as it came, before anything is made of it. */
  readonly received?: (text: string) => void;
  readonly cleared?: (atMs: number) => void;
  readonly closed?: (code: number) => void;
}

/** A media stream of the carrier's, with a person's mouth and ear at its end. */
export class PhoneLine {
  readonly #socket: WebSocket;
  readonly #identity: LineIdentity;
  readonly #faults: LineFaults;
  readonly #listener: LineListener;
  readonly #mouth = new ByteQueue();
  readonly #startedAt: number;
  readonly ear: PlayOut;
  #isOpen = true;
  #frames = 0;
  #messages = 0;
  #nextFrameAt: number;
  #cancelTimer: Cancel = () => {};
  /** Marks on their way, and when the last of them comes. */
  readonly #lateMarks: string[] = [];
  #lastMarkAt = 0;

  /** Takes over an open socket and begins the stream; its first frame leaves at that time. */
  constructor(
    socket: WebSocket,
    identity: LineIdentity,
    faults: LineFaults,
    listener: LineListener,
    startsAt: number,
  ) {
    this.#startedAt = startsAt;
    this.#nextFrameAt = startsAt;
    this.#socket = socket;
    this.#identity = identity;
    this.#faults = faults;
    this.#listener = listener;
    this.ear = new PlayOut(listener.played);
    socket.on('message', (data) => this.#onMessage(data.toString()));
    socket.on('error', () => {}); // a close follows
    socket.on('close', (code) => this.#onClose(code));
    this.#send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    this.#begin();
    this.#tick();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isSpeaking(): boolean {
    return this.#mouth.length > 0;
  }

  /** μ-law, spoken after whatever is being said already. */
  speak(audio: Uint8Array): void {
    this.#mouth.push(audio);
  }

  press(digit: string): void {
    this.#tell({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } });
  }

  /** The carrier's goodbye, then the end of the line. */
  hangUp(): void {
    const { accountSid, callSid } = this.#identity;
    this.#tell({ event: 'stop', stop: { accountSid, callSid } });
    this.#socket.close();
  }

  /** The line breaks without a word. */
  breakOff(): void {
    this.#socket.terminate();
  }

  #begin(): void {
    const { accountSid, callSid, streamSid, parameters } = this.#identity;
    const mediaFormat = { encoding: 'audio/x-mulaw', sampleRate: 8000, channels: 1 };
    const start = {
      accountSid,
      streamSid,
      callSid,
      tracks: ['inbound'],
      mediaFormat,
      customParameters: parameters,
    };
    this.#tell({ event: 'start', start });
  }

  #onMessage(text: string): void {
    const now = systemClock.now();
    this.#listener.received?.(text);
    const message = readToPhone(text, this.#identity.streamSid);
    if (!message) return;
    this.#echo(this.ear.advance(now));
    if (message.event === 'media') this.ear.arrive(message.audio, now);
    else if (message.event === 'mark') this.#echo(this.ear.mark(message.name));
    else {
      this.#echo(this.ear.clear());
      this.#listener.cleared?.(now);
    }
    this.#schedule();
  }

  #tick(): void {
    const now = systemClock.now();
    this.#echo(this.ear.advance(now));
    while (this.#nextFrameAt <= now && this.#socket.readyState === WebSocket.OPEN) this.#sendFrame(now);
    this.#schedule();
  }

  /** Frames are due by the count since the start, so that a late one makes no later one late. */
  #sendFrame(now: number): void {
    const frame = this.#mouth.length > 0 ? padded(this.#mouth.take(SILENT_FRAME.length)) : SILENT_FRAME;
    const spokenAt = this.#startedAt + (this.#frames - 1) * FRAME_MS; // a frame leaves when it is full
    const timestamp = String(FIRST_FRAME_MS + this.#frames * FRAME_MS);
    this.#frames += 1;
    const jitterMs = Math.random() * this.#faults.jitterMs;
    this.#nextFrameAt = Math.max(this.#nextFrameAt, this.#startedAt + this.#frames * FRAME_MS + jitterMs);
    if (Math.random() < this.#faults.lossShare) return;
    this.#listener.sent?.(frame, now, spokenAt);
    const payload = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength).toString('base64');
    this.#tell({
      event: 'media',
      media: { track: 'inbound', chunk: String(this.#frames), timestamp, payload },
    });
  }

  #schedule(): void {
    this.#cancelTimer();
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    const due = Math.min(this.#nextFrameAt, this.ear.nextMarkAt ?? Number.POSITIVE_INFINITY);
    this.#cancelTimer = systemClock.after(Math.max(0, due - systemClock.now()), () => this.#tick());
  }

  #echo(names: readonly string[]): void {
    for (const name of names) {
      this.#lateMarks.push(name);
      if (this.#faults.marksLateMs === 0) this.#giveMarkBack();
      else systemClock.after(this.#markDelayMs(), () => this.#giveMarkBack());
    }
  }

  /** The oldest, whichever timer it is: timers of one millisecond come in any order. */
  #giveMarkBack(): void {
    const name = this.#lateMarks.shift();
    if (name !== undefined) this.#tell({ event: 'mark', mark: { name } });
  }

  #markDelayMs(): number {
    const now = systemClock.now();
    this.#lastMarkAt = Math.max(this.#lastMarkAt, now + Math.random() * this.#faults.marksLateMs);
    return this.#lastMarkAt - now;
  }

  /** A message of the stream: numbered, and with its name; members in Twilio's own order. */
  #tell({ event, ...content }: TwilioEvent): void {
    const { streamSid } = this.#identity;
    this.#messages += 1;
    this.#send({ event, sequenceNumber: String(this.#messages), ...content, streamSid });
  }

  #send(event: TwilioEvent): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(event));
  }

  #onClose(code: number): void {
    this.#echo(this.ear.advance(systemClock.now()));
    this.#isOpen = false;
    this.#cancelTimer();
    this.#listener.closed?.(code);
  }
}

const SILENT_FRAME = silence('pcmu', FRAME_MS);

/** Captured streams do not begin at zero. */
const FIRST_FRAME_MS = 73;

function padded(frame: Uint8Array): Uint8Array {
  if (frame.length === SILENT_FRAME.length) return frame;
  const whole = SILENT_FRAME.slice();
  whole.set(frame);
  return whole;
}
