import { asWritten } from './as-written.ts';
import { garbageFrame, nestedFrame } from './garbage.ts';
import type { Ids } from './ids.ts';
import type { DropSocket, Misbehaviour } from './misbehaviour.ts';
import type { ServerEvent, Unsent } from './server-events.ts';

/** The way to one client. */
export interface Line {
  send(frame: string | Uint8Array): void;
  close(code: number, reason: string): void;
  /** Tears the connection without a word. */
  reset(): void;
}

const FIRST_DOWNWARDS = 99_999_999;

/** Sends events: gives them their ids, and is where frames and sockets go wrong on request. */
export class Outlet {
  readonly #line: Line;
  readonly #ids: Ids;
  readonly #misbehave: Misbehaviour;
  readonly #onSent: (event: ServerEvent) => void;
  #sent = 0;
  #heldBack: ServerEvent | null = null;
  #drop: { readonly wish: DropSocket; events: number; deltas: number } | null = null;
  #isOpen = true;

  constructor(line: Line, ids: Ids, misbehave: Misbehaviour, onSent: (event: ServerEvent) => void) {
    this.#line = line;
    this.#ids = ids;
    this.#misbehave = misbehave;
    this.#onSent = onSent;
  }

  send(unsent: Unsent): void {
    // Real servers write the name first, then the id. (Spread, the name would be given twice, which the types forbid.)
    const event: ServerEvent = Object.assign({ type: unsent.type, event_id: this.#nextId() }, unsent);
    const { omit, duplicate, oversizedBytes, nestedFrames } = this.#misbehave;
    if (omit?.includes(event.type) === true) return;
    if (nestedFrames !== undefined && nestedFrames.times > 0) {
      nestedFrames.times--;
      this.sendRaw(nestedFrame(nestedFrames.bytes));
    }
    if (oversizedBytes !== undefined) {
      this.#misbehave.oversizedBytes = undefined;
      this.sendRaw({ type: 'session.noted', event_id: event.event_id, note: 'x'.repeat(oversizedBytes) });
    }
    const times = duplicate?.includes(event.type) === true ? 2 : 1;
    for (let time = 0; time < times; time++) this.#inOrder(event);
  }

  /** Sends anything, event or not; text and bytes as they are. */
  sendRaw(frame: unknown): void {
    const { mute, blackHole } = this.#misbehave;
    if (!this.#isOpen || mute === true || blackHole === true) return;
    const isRaw = typeof frame === 'string' || frame instanceof Uint8Array;
    this.#line.send(isRaw ? frame : JSON.stringify(frame));
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#line.close(code, reason);
  }

  drop(how: number | 'reset'): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    if (how === 'reset') this.#line.reset();
    else this.#line.close(how, 'The practice model was asked to go away.');
  }

  #nextId(): string {
    const id = this.#ids.next('event');
    switch (this.#misbehave.eventIds) {
      case 'all the same':
        return 'event_0';
      case 'downwards':
        return `event_${String(FIRST_DOWNWARDS - this.#sent).padStart(8, '0')}`;
      case undefined:
        return id;
    }
  }

  #inOrder(event: ServerEvent): void {
    if (this.#misbehave.outOfOrder === true && this.#heldBack === null) {
      this.#heldBack = event;
      return;
    }
    this.#emit(event);
    const held = this.#heldBack;
    this.#heldBack = null;
    if (held !== null) this.#emit(held);
  }

  #emit(event: ServerEvent): void {
    if (!this.#isOpen) return;
    const { tamper, garbageAfterEvery } = this.#misbehave;
    const frames = tamper?.(event) ?? asWritten(event, this.#misbehave);
    for (const frame of frames) this.sendRaw(frame);
    this.#onSent(event);
    this.#sent++;
    if (garbageAfterEvery !== undefined && this.#sent % garbageAfterEvery === 0) {
      this.sendRaw(garbageFrame(this.#sent / garbageAfterEvery));
    }
    this.#maybeDrop(event);
  }

  /** Counts from the moment the wish was made, not from the beginning of the session. */
  #maybeDrop(event: ServerEvent): void {
    const wish = this.#misbehave.dropSocket;
    if (wish === undefined) return;
    if (this.#drop?.wish !== wish) this.#drop = { wish, events: 0, deltas: 0 };
    this.#drop.events++;
    if (event.type === 'response.output_audio.delta') this.#drop.deltas++;
    const { afterEvents = Infinity, afterDeltas = Infinity } = wish;
    if (this.#drop.events >= afterEvents || this.#drop.deltas >= afterDeltas) this.drop(wish.how);
  }
}
