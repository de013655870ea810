import type { WebSocket } from 'ws';
import { PlayOut } from '../../src/practice/phone/play-out.ts';
import { readToPhone } from '../../src/practice/phone/wire.ts';
import type { FarEnd } from '../contracts/leg.ts';
import { STREAM_SID } from './a-carrier.ts';
import type { TestClock } from './test-clock.ts';

/** The practice phone's ear at the other end of a real socket, which plays by the test's clock. */
export class PhoneOnASocket implements FarEnd {
  readonly #socket: WebSocket;
  readonly #clock: TestClock;
  /** What was heard, stretch by stretch. */
  readonly stretches: { readonly audio: Uint8Array; readonly atMs: number }[] = [];
  readonly #ear = new PlayOut((audio, atMs) => void this.stretches.push({ audio, atMs }));
  #lineMs = 0;

  constructor(socket: WebSocket, clock: TestClock) {
    this.#socket = socket;
    this.#clock = clock;
    socket.on('message', (data) => this.#take(data.toString()));
    clock.every(FRAME_MS, () => this.#echo(this.#ear.advance(clock.now())));
  }

  says(audio: Uint8Array): void {
    const payload = Buffer.from(audio).toString('base64');
    const media = { track: 'inbound', chunk: '1', timestamp: String(this.#lineMs), payload };
    this.#send({ event: 'media', sequenceNumber: '1', media });
    this.#lineMs += FRAME_MS;
  }

  presses(digit: string): void {
    this.#send({ event: 'dtmf', sequenceNumber: '1', dtmf: { track: 'inbound_track', digit } });
  }

  hangsUp(): void {
    this.#send({ event: 'stop', sequenceNumber: '1', stop: {} });
    this.#socket.close(1000);
  }

  breaksOff(): void {
    this.#socket.terminate();
  }

  heard(): readonly number[] {
    return this.stretches.flatMap(({ audio }) => [...audio]);
  }

  get isClosed(): boolean {
    return this.#socket.readyState !== this.#socket.OPEN;
  }

  /** How long this code was heard. */
  heardMs(code: number): number {
    return this.heard().filter((each) => each === code).length / BYTES_PER_MS;
  }

  /** When this code was heard for the first time. */
  heardSince(code: number): number {
    const stretch = this.stretches.find(({ audio }) => audio.includes(code));
    return stretch ? stretch.atMs + stretch.audio.indexOf(code) / BYTES_PER_MS : 0;
  }

  #take(text: string): void {
    const message = readToPhone(text, STREAM_SID);
    this.#echo(this.#ear.advance(this.#clock.now()));
    if (message?.event === 'media') this.#ear.arrive(message.audio, this.#clock.now());
    else if (message?.event === 'mark') this.#echo(this.#ear.mark(message.name));
    else if (message?.event === 'clear') this.#echo(this.#ear.clear());
  }

  #echo(names: readonly string[]): void {
    for (const name of names) this.#send({ event: 'mark', sequenceNumber: '1', mark: { name } });
  }

  #send(message: object): void {
    if (!this.isClosed) this.#socket.send(JSON.stringify({ streamSid: STREAM_SID, ...message }));
  }
}

const FRAME_MS = 20;
const BYTES_PER_MS = 8;
