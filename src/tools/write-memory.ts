import { createHash } from 'node:crypto';
import { isRecord } from '../ports/is-record.ts';
import type { ToolReply } from './invoke.ts';

/**
 * Remembers what was written on one call, so that the same request is never carried out twice: not when the model
 * repeats itself, nor when it is replaced and asks again for what its predecessor had under way.
 *
 * A failed write is remembered as well, for nobody knows how far it came. One that was refused did nothing, and may
 * be tried again; one that worked may be, once another write has changed the world in between: who books, cancels
 * and books again means it.
 */
export class WriteMemory {
  readonly #callId: string;
  readonly #writes = new Map<string, Write>();
  #generation = 0;

  constructor(callId: string) {
    this.#callId = callId;
  }

  /** The run of this request that is under way or done, or a new one. */
  once(tool: string, argumentsText: string, run: (key: string) => Promise<ToolReply>): Promise<ToolReply> {
    const request = `${tool} ${canonical(argumentsText)}`;
    const earlier = this.#writes.get(request);
    if (earlier) return earlier.reply;

    const write: Write = { reply: run(this.keyOf(request)), state: 'running' };
    this.#writes.set(request, write);
    void write.reply.then(({ result }) => {
      if (result === 'ok') this.#forgetOthers(write);
      else if (result === 'failed') write.state = 'failed';
      else this.#writes.delete(request);
    });
    return write.reply;
  }

  /** The same for the same request of the same call, in whichever process it is asked. */
  keyOf(request: string): string {
    const hash = createHash('sha256').update(`${this.#callId} ${request}`).digest('base64url').slice(0, 32);
    return this.#generation === 0 ? hash : `${hash}-${this.#generation}`;
  }

  #forgetOthers(done: Write): void {
    done.state = 'done';
    for (const [request, write] of this.#writes) {
      if (write === done || write.state !== 'done') continue;
      this.#writes.delete(request);
      this.#generation += 1;
    }
  }
}

interface Write {
  readonly reply: Promise<ToolReply>;
  state: 'running' | 'done' | 'failed';
}

/** The same arguments in the same words, however they were put. */
export function canonical(argumentsText: string): string {
  try {
    return JSON.stringify(JSON.parse(argumentsText), (_key, value: unknown) =>
      isRecord(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  } catch {
    return argumentsText;
  }
}
