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
  readonly #stream: MediaStream;
  readonly #listener: LineListener;
  readonly #mouth: Mouth;
  readonly #marks: LateMarks;
  readonly ear: PlayOut;
  #isOpen = true;
  #cancelTimer: Cancel = () => {};

  /** Takes over an open socket and begins the stream; its first frame leaves at that time. */
  constructor(
    socket: WebSocket,
    identity: LineIdentity,
    faults: LineFaults,
    listener: LineListener,
    startsAt: number,
  ) {
    this.#stream = new MediaStream(socket, identity);
    this.#mouth = new Mouth(faults, startsAt);
    this.#marks = new LateMarks(faults.marksLateMs, (name) =>
      this.#stream.tell({ event: 'mark', mark: { name } }),
    );
    this.#listener = listener;
    this.ear = new PlayOut(listener.played);
    socket.on('message', (data) => this.#onMessage(data.toString()));
    socket.on('error', () => {}); // a close follows
    socket.on('close', (code) => this.#onClose(code));
    this.#stream.begin();
    this.#tick();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get isSpeaking(): boolean {
    return this.#mouth.isSpeaking;
  }

  /** μ-law, spoken after whatever is being said already. */
  speak(audio: Uint8Array): void {
    this.#mouth.speak(audio);
  }

  press(digit: string): void {
    this.#stream.tell({ event: 'dtmf', dtmf: { track: 'inbound_track', digit } });
  }

  /** The carrier's goodbye, then the end of the line. */
  hangUp(): void {
    this.#stream.stop();
  }

  /** The line breaks without a word. */
  breakOff(): void {
    this.#stream.breakOff();
  }

  #onMessage(text: string): void {
    const now = systemClock.now();
    this.#listener.received?.(text);
    const message = this.#stream.read(text);
    if (!message) return;
    this.#marks.giveBack(this.ear.advance(now));
    if (message.event === 'media') this.ear.arrive(message.audio, now);
    else if (message.event === 'mark') this.#marks.giveBack(this.ear.mark(message.name));
    else {
      this.#marks.giveBack(this.ear.clear());
      this.#listener.cleared?.(now);
    }
    this.#schedule();
  }

  #tick(): void {
    const now = systemClock.now();
    this.#marks.giveBack(this.ear.advance(now));
    while (this.#mouth.nextFrameAt <= now && this.#stream.isOpen) {
      const frame = this.#mouth.take();
      if (frame.isLost) continue;
      this.#listener.sent?.(frame.audio, now, frame.spokenAt);
      this.#stream.sendSound(frame);
    }
    this.#schedule();
  }

  #schedule(): void {
    this.#cancelTimer();
    if (!this.#stream.isOpen) return;
    const due = Math.min(this.#mouth.nextFrameAt, this.ear.nextMarkAt ?? Number.POSITIVE_INFINITY);
    this.#cancelTimer = systemClock.after(Math.max(0, due - systemClock.now()), () => this.#tick());
  }

  #onClose(code: number): void {
    this.#marks.giveBack(this.ear.advance(systemClock.now()));
    this.#isOpen = false;
    this.#cancelTimer();
    this.#listener.closed?.(code);
  }
}

/** The carrier's side of a media stream, on its socket. */
class MediaStream {
  readonly #socket: WebSocket;
  readonly #identity: LineIdentity;
  #messages = 0;

  constructor(socket: WebSocket, identity: LineIdentity) {
    this.#socket = socket;
    this.#identity = identity;
  }

  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  begin(): void {
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
    this.#send({ event: 'connected', protocol: 'Call', version: '1.0.0' });
    this.tell({ event: 'start', start });
  }

  read(text: string): ReturnType<typeof readToPhone> {
    return readToPhone(text, this.#identity.streamSid);
  }

  sendSound({ audio, number, timestampMs }: Frame): void {
    const payload = Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength).toString('base64');
    const timestamp = String(timestampMs);
    this.tell({ event: 'media', media: { track: 'inbound', chunk: String(number), timestamp, payload } });
  }

  /** A message of the stream: numbered, and with its name; members in Twilio's own order. */
  tell({ event, ...content }: TwilioEvent): void {
    const { streamSid } = this.#identity;
    this.#messages += 1;
    this.#send({ event, sequenceNumber: String(this.#messages), ...content, streamSid });
  }

  stop(): void {
    const { accountSid, callSid } = this.#identity;
    this.tell({ event: 'stop', stop: { accountSid, callSid } });
    this.#socket.close();
  }

  breakOff(): void {
    this.#socket.terminate();
  }

  #send(event: TwilioEvent): void {
    if (this.isOpen) this.#socket.send(JSON.stringify(event));
  }
}

interface Frame {
  readonly audio: Uint8Array;
  /** From one on. */
  readonly number: number;
  readonly timestampMs: number;
  readonly spokenAt: number;
  /** It never leaves. */
  readonly isLost: boolean;
}

/** What the person says, frame by frame, as late as the line is bad. */
class Mouth {
  readonly #faults: LineFaults;
  readonly #startedAt: number;
  readonly #words = new ByteQueue();
  #frames = 0;
  #nextFrameAt: number;

  constructor(faults: LineFaults, startsAt: number) {
    this.#faults = faults;
    this.#startedAt = startsAt;
    this.#nextFrameAt = startsAt;
  }

  get isSpeaking(): boolean {
    return this.#words.length > 0;
  }

  get nextFrameAt(): number {
    return this.#nextFrameAt;
  }

  speak(audio: Uint8Array): void {
    this.#words.push(audio);
  }

  /** Frames are due by the count since the start, so that a late one makes no later one late. */
  take(): Frame {
    const audio = this.isSpeaking ? padded(this.#words.take(SILENT_FRAME.length)) : SILENT_FRAME;
    const spokenAt = this.#startedAt + (this.#frames - 1) * FRAME_MS; // a frame leaves when it is full
    const timestampMs = FIRST_FRAME_MS + this.#frames * FRAME_MS;
    this.#frames += 1;
    const jitterMs = Math.random() * this.#faults.jitterMs;
    this.#nextFrameAt = Math.max(this.#nextFrameAt, this.#startedAt + this.#frames * FRAME_MS + jitterMs);
    const isLost = Math.random() < this.#faults.lossShare;
    return { audio, number: this.#frames, timestampMs, spokenAt, isLost };
  }
}

/** Marks on their way back. */
class LateMarks {
  readonly #mostMs: number;
  readonly #send: (name: string) => void;
  readonly #names: string[] = [];
  /** When the last of them comes. */
  #lastAt = 0;

  constructor(mostMs: number, send: (name: string) => void) {
    this.#mostMs = mostMs;
    this.#send = send;
  }

  giveBack(names: readonly string[]): void {
    for (const name of names) {
      this.#names.push(name);
      if (this.#mostMs === 0) this.#sendOldest();
      else systemClock.after(this.#delayMs(), () => this.#sendOldest());
    }
  }

  /** Whichever timer it is: timers of one millisecond come in any order. */
  #sendOldest(): void {
    const name = this.#names.shift();
    if (name !== undefined) this.#send(name);
  }

  #delayMs(): number {
    const now = systemClock.now();
    this.#lastAt = Math.max(this.#lastAt, now + Math.random() * this.#mostMs);
    return this.#lastAt - now;
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
