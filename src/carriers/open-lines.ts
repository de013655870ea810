/** The lines that are open in this process, by call: so that a phone call that is hung up takes its lines with it. */
export class OpenLines {
  readonly #lines = new Map<string, Set<() => void>>();

  /** A line of this call is open, and can be closed like this. Gives a way to say that it is no more. */
  opened(callId: string, close: () => void): () => void {
    const lines = this.#lines.get(callId) ?? new Set();
    this.#lines.set(callId, lines.add(close));
    return () => {
      lines.delete(close);
      if (lines.size === 0) this.#lines.delete(callId);
    };
  }

  close(callId: string): void {
    for (const close of this.#lines.get(callId) ?? []) close();
  }
}
