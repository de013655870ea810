import { closeSync, constants, fstatSync, openSync, writeSync } from 'node:fs';
import { silence } from '../audio/format.ts';
import { wavHeader } from '../audio/wav.ts';

const FORMAT = { encoding: 'mulaw', sampleRate: 8_000, channels: 2 } as const;
const HEADER_BYTES = wavHeader(FORMAT, 0).length;

/** One recording on disk. After every write its header tells the truth, so that it plays wherever writing stops. */
export class RecordingFile {
  readonly #file: number;
  /** Samples on each lane. */
  #length: number;

  /** Goes on with a file that is there. */
  constructor(path: string) {
    this.#file = openSync(path, OPEN_OR_CREATE);
    this.#length = lengthOf(fstatSync(this.#file).size);
  }

  write(position: number, bytes: Uint8Array): void {
    // A file has zeros where nobody wrote, and in this format they are the loudest sound there is.
    while (this.#length < position) {
      const gap = Math.min(position - this.#length, SILENCE.length / 2);
      this.#put(this.#length, SILENCE.subarray(0, 2 * gap));
    }
    this.#put(position, bytes);
    writeWhole(this.#file, wavHeader(FORMAT, 2 * this.#length), 0);
  }

  close(): void {
    closeSync(this.#file);
  }

  #put(position: number, bytes: Uint8Array): void {
    writeWhole(this.#file, bytes, HEADER_BYTES + 2 * position);
    this.#length = Math.max(this.#length, position + bytes.length / 2);
  }
}

/** Puts a header right that was written before the last sound. True if it was wrong. */
export function repairHeader(path: string, size: number, found: Uint8Array): boolean {
  const right = wavHeader(FORMAT, 2 * lengthOf(size));
  if (Buffer.compare(right, found) === 0) return false;
  const file = openSync(path, 'r+');
  try {
    writeWhole(file, right, 0);
  } finally {
    closeSync(file);
  }
  return true;
}

export const RECORDING_HEADER_BYTES = HEADER_BYTES;

function lengthOf(fileBytes: number): number {
  return Math.max(0, Math.floor((fileBytes - HEADER_BYTES) / 2));
}

function writeWhole(file: number, bytes: Uint8Array, at: number): void {
  for (let done = 0; done < bytes.length; ) {
    done += writeSync(file, bytes, done, bytes.length - done, at + done);
  }
}

/** Written in place: never `a`, which would put everything at the end. */
const OPEN_OR_CREATE = constants.O_RDWR | constants.O_CREAT;
const SILENCE = silence('pcmu', 2_000);
