import { HOUSE_WORDS } from '../../../src/call/turns/house-words.ts';
import { AFTER_THE_END, type CallEvent } from '../../../src/ports/facts.ts';
import type { Company } from './phone.ts';
import { RecallWatch } from './recall-watch.ts';
import { SoundWatch } from './sound-watch.ts';
import { DESK, LONGEST_CALL_MS, SILENCE, type World } from './world.ts';

/**
 * What must hold of every call, whatever happens on it, as somebody would judge it who hears what the caller hears,
 * sees what the model and the carrier are told, and reads the record.
 */
export class Watcher implements Company {
  readonly #world: World;
  readonly #sound: SoundWatch;
  readonly #recall: RecallWatch;
  readonly complaints: string[] = [];
  /** Nobody has been heard for so long. */
  #deadMs = 0;
  #listensSince = Number.NEGATIVE_INFINITY;
  connectedMs = 0;
  /** The caller has said or typed something, or has been greeted by nobody yet. */
  #owedSince: number | null = null;
  #mayTakeMs = 0;
  #mostMs = LONGEST_CALL_MS;
  #leavesSince: number | null = null;
  #requestsInARow = 0;
  #wordsInTurn = false;
  /** Where keys begin and end a turn: it has begun. */
  #hasStar = false;
  readonly #running = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
    this.#sound = new SoundWatch(world, (what) => this.#complain(what));
    this.#recall = new RecallWatch(world, (what) => this.#complain(what));
  }

  /** A little more time has passed. */
  look(ms: number): void {
    const { isOver, isAway, isConnected, phone, mouth, model, setting } = this.#world;
    const now = this.#now;
    this.#recall.look();
    if (isOver || !isConnected) return;
    this.connectedMs += ms;
    if (this.connectedMs > this.#mostMs + GOODBYE_MS && !isAway) this.#complain('the time limit is not kept');
    if (this.connectedMs >= LONGEST_CALL_MS) this.#leavesSince = null; // in favour of that
    if (now - mouth.lastWordAt <= ms) this.#wordsBy(now);
    if (isAway) return this.#isAway();

    if (this.#leavesSince !== null && now - this.#leavesSince > GOODBYE_MS)
      this.#complain('the agent was to leave, and has neither left nor said why not');
    const isHeard = phone.isPlaying;
    if (this.#owedSince !== null && phone.lastSpeechAt > this.#owedSince) this.#owedSince = null;
    if (phone.isDeaf) return this.#isDeaf(ms);
    const isTheirTurn = mouth.isBusy || [...this.#running.values()].includes('collect_digits');
    if (!model.isReady || isHeard || isTheirTurn) {
      this.#deadMs = 0;
      if (isTheirTurn && this.#owedSince !== null) this.#owedSince = now;
      return;
    }
    this.#deadMs += ms;
    if (this.#owedSince !== null && this.#running.size > 0) this.#owedSince += ms; // a tool has its own time
    if (this.#owedSince !== null && this.#deadMs > MOST_WAITING_MS + this.#mayTakeMs)
      this.#complain('the caller waits for an answer and hears nothing');
    if (this.#owedSince !== null && now - this.#owedSince > MOST_UNANSWERED_MS + this.#mayTakeMs)
      this.#complain('the caller is never answered');
    if (setting.hasSilenceLimits && this.#deadMs > SILENCE.askAfterMs + MOST_SILENT_MS + this.#mayTakeMs)
      this.#complain('everybody is silent for longer than the limits allow');
  }

  noted(event: CallEvent): void {
    const { mouth, setting } = this.#world;
    this.#sound.noted(event);
    this.#recall.noted(event);
    if (event.type === 'caller_started_speaking' || event.type === 'shown') this.#requestsInARow = 0;
    if (event.type === 'problem' && event.code === 'turn_end_lost') this.turnEnded();
    if (event.type === 'tool_called') this.#running.set(event.toolCallId, event.name);
    if (event.type === 'tool_returned') this.#running.delete(event.toolCallId);
    if (event.type === 'transfer' && event.state === 'dialled') this.#leavesSince = null;
    if (event.type === 'transfer' && event.state === 'came_back') this.#owes();
    if (event.type === 'told' && event.text === HOUSE_WORDS.lineWasDead) this.#owes();
    if (event.type !== 'told' || !event.text.startsWith('The caller spoke before')) return;
    this.#leavesSince = null;
    const mayBeLateEcho = this.#now - this.#listensSince <= LATE_ECHO_MS; // of what the phone played late, which nobody knows yet
    const wasWord = this.#now - mouth.lastWordAt <= JUST_NOW_MS;
    if (setting.interruption === 'confirmed' && !wasWord && !mayBeLateEcho)
      this.#complain('what was no speech has kept the agent from leaving');
  }

  modelIsTold(what: string): void {
    if (this.#world.isOver) this.#complain(`the model is told after the end: ${what}`);
    if (!what.startsWith('respond')) return;
    const requestId = what.slice('respond '.length);
    if (this.#world.model.served.has(requestId))
      this.#complain(`what was said is asked for once more: ${requestId}`);
    this.#requestsInARow += 1;
    if (this.#requestsInARow > MOST_REQUESTS) this.#complain('the model is asked without end');
  }

  /** The phone is told. */
  told(what: string): void {
    if (this.#world.isOver) this.#complain(`the phone is told after the end: ${what}`);
    if (what === 'play' && this.#world.phone.isClosed) this.#complain('sound is sent to a line that is gone');
  }

  hears(code: number): void {
    this.#sound.hears(code);
  }

  hearsAfter(ms: number): void {
    this.#sound.hearsAfter(ms);
  }

  listensAgain(deafSince: number): void {
    this.#listensSince = this.#now;
    this.#sound.listensAgain(deafSince);
  }

  /** A tool has asked to hang up, or to connect the caller with somebody else. */
  leaves(): void {
    if (!this.#world.isOver && !this.#world.isAway) this.#leavesSince = this.#now;
  }

  pauseGotLost(): void {
    this.#mayTakeMs = LOST_PAUSE_MS;
  }

  /** The model has noticed the end of a turn. */
  turnEnded(): void {
    if (this.#wordsInTurn) this.#owes();
    this.#wordsInTurn = false;
  }

  pressed(keys: string): void {
    this.#requestsInARow = 0;
    this.#deadMs = 0;
    if (this.#world.setting.turns === 'by keys') for (const key of keys) this.#byKey(key);
    else if (/\d#$/.test(keys)) this.#owes();
  }

  /** Star begins to talk, hash has said it. */
  #byKey(key: string): void {
    if (key === '*') this.#mayTakeMs = LOST_HASH_MS;
    else if (key !== '#') return;
    if (key === '#' && this.#hasStar && this.#wordsInTurn) this.#owes();
    this.#hasStar = key === '*';
    this.#wordsInTurn = false;
  }

  cameBack(): void {
    this.#mostMs = Math.max(this.#mostMs, this.connectedMs); // time for a goodbye
    this.#owes();
  }

  greets(): void {
    if (this.#world.setting.greeting !== 'none') this.#owes();
  }

  /** The call is to be over by now. */
  atTheEnd(): void {
    const { facts, endReason, phone, model, isConnected, timers, crashes } = this.#world;
    if (endReason === null) return this.#complain('the call does not end');
    const ended = facts.filter(({ type }) => type === 'ended');
    if (ended.length !== 1 || ended[0]?.type !== 'ended' || ended[0].reason !== endReason)
      this.#complain(`the record has ${ended.length} ends`);
    const last = facts.findLast(({ type }) => !AFTER_THE_END.has(type));
    if (last?.type !== 'ended') this.#complain(`the record goes on with ${last?.type}`);
    if (facts.some(({ seq }, i) => seq !== i + 1)) this.#complain('the record has a hole');
    if (!model.isClosed || (isConnected && !phone.isClosed)) this.#complain('a side is left open');
    if (timers !== 0) this.#complain(`${timers} timers are left`);
    if (crashes.length > 0) this.#complain(`a mistake of ours: ${crashes[0]}`);
    this.#compareRecord();
    this.#sound.atTheEnd();
    this.#recall.atTheEnd();
  }

  /** What the record says happened, did. */
  #compareRecord(): void {
    const { facts, model, phones } = this.#world;
    for (const { itemId, heardMs } of model.cuts) {
      if (!Number.isInteger(heardMs) || heardMs < 0 || heardMs > (model.sentMs.get(itemId) ?? 0))
        this.#complain('the model is told of more than it said');
    }
    const said = new Map<string, number>();
    for (const fact of facts) {
      if (fact.type !== 'agent_said') continue;
      said.set(fact.itemId, (said.get(fact.itemId) ?? 0) + fact.heardMs);
      if (
        fact.heardMs > fact.totalMs ||
        (said.get(fact.itemId) ?? 0) > (model.sentMs.get(fact.itemId) ?? 0) + 1
      )
        this.#complain('the record has more heard than said');
    }
    const dialled = facts.filter((fact) => fact.type === 'transfer' && fact.state === 'dialled').length;
    const transfers = phones.flatMap((phone) => phone.transfers);
    if (dialled !== transfers.length || transfers.some((number) => number !== DESK))
      this.#complain('the record and the carrier do not agree about transfers');
    for (const fact of facts) {
      if (fact.type === 'told' && !model.texts.includes(fact.text))
        this.#complain('the record has the model told what it was not told');
      if (fact.type === 'response_done' && !model.doneTold.includes(fact.responseId))
        this.#complain('the record has an answer that was none');
    }
    for (const called of facts) {
      if (called.type !== 'tool_called') continue;
      const returned = facts.filter(
        (fact) => fact.type === 'tool_returned' && fact.toolCallId === called.toolCallId,
      );
      if (returned.length !== 1) this.#complain(`the record has a tool come back ${returned.length} times`);
    }
    for (const calls of model.toolCalls) {
      const isDone = calls.every((callId) => this.#cameBack(callId));
      for (const callId of calls) {
        const answers = model.outputs.get(callId) ?? 0;
        if (answers > 1 || (answers === 0 && isDone))
          this.#complain(`a tool call was answered ${answers} times`);
      }
    }
  }

  /** Whether this tool came back before the call was over. */
  #cameBack(callId: string): boolean {
    const { facts } = this.#world;
    const returned = facts.find((fact) => fact.type === 'tool_returned' && fact.toolCallId === callId);
    const endedAt = facts.find(({ type }) => type === 'ended')?.atMs ?? Number.POSITIVE_INFINITY;
    return returned !== undefined && returned.atMs < endedAt - A_BEAT_MS; // at the last moment it may come to nothing
  }

  #wordsBy(_now: number): void {
    this.#wordsInTurn = true;
    this.#requestsInARow = 0;
  }

  #isAway(): void {
    this.#deadMs = 0;
    this.#owedSince = null;
    this.#leavesSince = null;
  }

  /** Whatever is sent to it, the caller hears nothing. */
  #isDeaf(ms: number): void {
    this.#deadMs = 0;
    if (this.#owedSince !== null) this.#owedSince += ms;
  }

  #owes(): void {
    this.#owedSince = this.#now;
    this.#deadMs = 0;
    this.#requestsInARow = 0;
  }

  get #now(): number {
    return this.#world.clock.now();
  }

  #complain(what: string): void {
    if (!this.complaints.includes(what)) this.complaints.push(what);
  }
}

/** A goodbye that does not end is cut off, and a beat or two may pass. */
const GOODBYE_MS = 10_500;

/** Something is heard within five seconds, counted from when the model could know that it is its turn. */
const MOST_WAITING_MS = 5_500;

/** Beyond the limit: that an answer is over which never said so, and that the question of whether anyone is there is late. */
const MOST_SILENT_MS = 7_500;

/** One more try, and an apology, or an end with the carrier's words. */
const MOST_UNANSWERED_MS = 30_000;

/** How much longer it may take where the end of a turn got lost on the way. */
const LOST_PAUSE_MS = 4_000;

/** A caller who has begun to talk by key may take their time with it. */
const LOST_HASH_MS = 10_500;

/** All the rounds of tools that a few turns in a row may have, a word while each takes its time, and what comes after. */
const MOST_REQUESTS = 40;

const JUST_NOW_MS = 3_000;
/** What waited at a deaf phone, and what comes back of it. */
const LATE_ECHO_MS = 2_500;
const A_BEAT_MS = 200;
