import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { silence } from '../audio/format.ts';
import { wavHeader } from '../audio/wav.ts';
import { makeFolder } from '../disk/make-folder.ts';

/** The recordings in a data directory: those being made, and those that are there. For the thread that may wait. */
export class RecordingShelf {
  readonly #directory: string;
  readonly #failed: (callId: string, code: string) => void;
  readonly #open = new Map<string, RecordingFile>();
  /** Calls of which something was lost: told once. */
  readonly #spoilt = new Set<string>();
  /** Calls of which no more sound may be kept, and since when. */
  readonly #erased = new Map<string, number>();
  readonly #now: () => number;

  constructor(
    directory: string,
    failed: (callId: string, code: string) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#directory = directory;
    this.#failed = failed;
    this.#now = now;
  }

  /** True if it was written. Whatever is the matter is told, not thrown: the call goes on. */
  write(callId: string, position: number, bytes: Uint8Array): boolean {
    if (this.#isErased(callId)) return true;
    try {
      this.#file(callId).write(position, bytes);
      return true;
    } catch (error) {
      this.#close(callId); // a disk that was away may be back under another number
      this.#complain(callId, error);
      return false;
    }
  }

  end(callId: string): void {
    this.#close(callId);
    this.#spoilt.delete(callId);
  }

  /** Leaves nothing. Sound of the call that is still on its way is not kept either. */
  erase(callId: string, forGood: boolean): boolean {
    if (forGood) this.#markErased(callId);
    this.end(callId);
    const path = recordingPath(this.#directory, callId);
    const wasThere = statSync(path, { throwIfNoEntry: false }) !== undefined;
    rmSync(path, { force: true });
    return wasThere;
  }

  /**
   * Puts headers right after a process that was killed; says how many. Those that something was written to since this
   * moment are left alone: another server may still be writing.
   */
  repair(untouchedSinceMs: number): number {
    return this.#olderNames(untouchedSinceMs).filter((name) => {
      const path = this.#pathOf(name);
      const size = statSync(path).size;
      return size > RECORDING_HEADER_BYTES && repairHeader(path, size, headerOf(path));
    }).length;
  }

  /** The calls of recordings that nothing was written to since this moment, as far as their names tell. */
  older(beforeWallMs: number): readonly string[] {
    return this.#olderNames(beforeWallMs).flatMap((name) => callIdOf(name) ?? []);
  }

  /** Removes recordings that nothing was written to since this moment; says how many. */
  eraseOlder(beforeWallMs: number): number {
    const old = this.#olderNames(beforeWallMs);
    for (const name of old) rmSync(this.#pathOf(name), { force: true });
    return old.length;
  }

  close(): void {
    for (const callId of [...this.#open.keys()]) this.#close(callId);
  }

  #markErased(callId: string): void {
    for (const [id, at] of this.#erased) if (this.#now() - at >= FORGET_ERASED_MS) this.#erased.delete(id);
    this.#erased.delete(callId); // the oldest come first
    this.#erased.set(callId, this.#now());
  }

  #isErased(callId: string): boolean {
    const at = this.#erased.get(callId);
    return at !== undefined && this.#now() - at < FORGET_ERASED_MS;
  }

  #file(callId: string): RecordingFile {
    const known = this.#open.get(callId);
    if (known) return known;
    makeFolder(recordingsDirectory(this.#directory));
    const file = new RecordingFile(recordingPath(this.#directory, callId));
    this.#open.set(callId, file);
    return file;
  }

  #close(callId: string): void {
    const file = this.#open.get(callId);
    this.#open.delete(callId);
    try {
      file?.close();
    } catch (error) {
      this.#complain(callId, error);
    }
  }

  #complain(callId: string, error: unknown): void {
    if (this.#spoilt.has(callId)) return;
    this.#spoilt.add(callId);
    this.#failed(callId, error instanceof Error && 'code' in error ? String(error.code) : 'unforeseen');
  }

  #olderNames(beforeWallMs: number): readonly string[] {
    return this.#names().filter((name) => statSync(this.#pathOf(name)).mtimeMs < beforeWallMs);
  }

  #pathOf(name: string): string {
    return join(recordingsDirectory(this.#directory), name);
  }

  #names(): readonly string[] {
    try {
      return readdirSync(recordingsDirectory(this.#directory)).filter(isRecordingName);
    } catch {
      return []; // there are none yet, or none can be read
    }
  }
}

/** What was on its way when a call was deleted has long come. */
const FORGET_ERASED_MS = 60 * 60_000;

function headerOf(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const header = new Uint8Array(RECORDING_HEADER_BYTES);
    readSync(file, header, 0, header.length, 0);
    return header;
  } finally {
    closeSync(file);
  }
}

const FORMAT = { encoding: 'mulaw', sampleRate: 8_000, channels: 2 } as const;
const HEADER_BYTES = wavHeader(FORMAT, 0).length;

/** One recording on disk. After every write its header tells the truth, so that it plays wherever writing stops. */
class RecordingFile {
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
function repairHeader(path: string, size: number, found: Uint8Array): boolean {
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

const RECORDING_HEADER_BYTES = HEADER_BYTES;

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

/**
 * Where the recording of a call lies. Call ids come from outside: one that is more than letters, digits and dashes
 * is known by its digest. The two kinds begin differently, so that no id can pass for another.
 */
export function recordingPath(directory: string, callId: string): string {
  const name = PLAIN.test(callId) ? `c-${callId}` : `h-${createHash('sha256').update(callId).digest('hex')}`;
  return join(recordingsDirectory(directory), `${name}${EXTENSION}`);
}

export function recordingsDirectory(directory: string): string {
  return join(directory, 'recordings');
}

export function isRecordingName(name: string): boolean {
  return /^(c-[A-Za-z0-9_-]{1,64}|h-[0-9a-f]{64})\.wav$/.test(name);
}

/** Null where the name is a digest. */
function callIdOf(name: string): string | null {
  return name.startsWith('c-') ? name.slice(2, -EXTENSION.length) : null;
}

const PLAIN = /^[A-Za-z0-9_-]{1,64}$/;
const EXTENSION = '.wav';
